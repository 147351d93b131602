public import Bytes
public import Domain
import Evidence
import Foundation
public import GRDB

// How the product's values lie in SQLite: ids and digests as BLOBs of 16 and 32 bytes, times as INTEGER milliseconds,
// enumerations as the INTEGER raw values that the model fixes, principals as their text form. What is none of them is
// no value: a time outside of the years 1 to 9999 could not be sent, a status without a name not be shown.

extension ID: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> ID? {
        Data.fromDatabaseValue(value).flatMap { ID(bytes: $0) }
    }
}

extension Digest256: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { Data(bytes).databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Digest256? {
        Data.fromDatabaseValue(value).flatMap { Digest256($0) }
    }
}

extension UnixMillis: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { rawValue.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> UnixMillis? {
        Int64.fromDatabaseValue(value).map { UnixMillis($0) }.flatMap { $0.isLegal ? $0 : nil }
    }
}

extension Principal: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { text.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Principal? {
        String.fromDatabaseValue(value).flatMap { Principal(text: $0) }
    }
}

extension ExactText: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { text.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> ExactText? {
        String.fromDatabaseValue(value).map { ExactText($0) }
    }
}

extension PackStatus: DatabaseValueConvertible {}
extension Role: DatabaseValueConvertible {}
extension BindingScope: DatabaseValueConvertible {}
extension OperationStatus: DatabaseValueConvertible {}
extension OperationOutcome: DatabaseValueConvertible {}
extension ReportType: DatabaseValueConvertible {}
extension AuditOutcome: DatabaseValueConvertible {}
extension FailureReason: DatabaseValueConvertible {}
extension AlertEvent: DatabaseValueConvertible {}
extension Severity: DatabaseValueConvertible {}
extension FindingStatus: DatabaseValueConvertible {}

extension Principal {
    /// The number by which a receiver's notifications are found: the first 63 bits of the SHA-256 of its text. Two
    /// receivers may have the same, so the text is compared as well.
    static func receiverNumber(_ text: String) -> Int64 {
        Digest256(hashing: text.utf8).bytes.prefix(8).reduce(0) { $0 << 8 | Int64($1) } & .max
    }

    var receiverNumber: Int64 { Self.receiverNumber(text) }
}

extension RawRepresentable<UInt8> {
    /// The value as a literal of SQL. A partial index is used only where its condition stands in the statement as text,
    /// so a bound argument would not do.
    var sql: String { "\(rawValue)" }
}

extension Sequence where Element: RawRepresentable<UInt8> {
    /// The values as the right side of IN.
    var sql: String { "(" + map(\.sql).joined(separator: ", ") + ")" }
}

public import Domain
public import JSONTokens

/// A complaint about imported data, with a stable reason and the position that it is about.
public struct IngestError: Error, Equatable, Sendable {
    /// The stable word for what is wrong; becomes part of the error's metadata on the wire.
    public enum Reason: String, CaseIterable, Sendable {
        case syntax = "SYNTAX"
        case truncated = "TRUNCATED"
        case empty = "EMPTY"
        case tooLarge = "TOO_LARGE"
        case reportTooLarge = "REPORT_TOO_LARGE"
        case unknownFormat = "UNKNOWN_FORMAT"
        case notAnObject = "NOT_AN_OBJECT"
        case missingField = "MISSING_FIELD"
        case wrongType = "WRONG_TYPE"
        case badValue = "BAD_VALUE"
        case badTime = "BAD_TIME"
        case timeInFuture = "TIME_IN_FUTURE"
        case fieldTooLong = "FIELD_TOO_LONG"
        case recordTooLarge = "RECORD_TOO_LARGE"
        case tooMany = "TOO_MANY"
        case unknownKey = "UNKNOWN_KEY"
        case unsupportedClass = "UNSUPPORTED_CLASS"
        case unsupportedSchema = "UNSUPPORTED_SCHEMA"
        case mixedRuns = "MIXED_RUNS"
        case duplicateUID = "DUPLICATE_UID"
        case tenantMismatch = "TENANT_MISMATCH"
        /// What only the service itself may say.
        case reserved = "RESERVED"

        /// Whether the complaint is about the whole import, so that passing over one record does not help.
        var endsImport: Bool {
            switch self {
            case .syntax, .truncated, .empty, .tooLarge, .reportTooLarge, .unknownFormat, .tooMany, .mixedRuns,
                .tenantMismatch:
                true
            default: false
            }
        }
    }

    public var reason: Reason
    /// One clause without position, in plain words.
    public var message: String
    /// The record's ordinal is 0 when the complaint is about the input as a whole.
    public var position: RecordPosition?
    /// The key that the complaint is about, as a path (`resources[0].uid`), when it is about one.
    public var field: String?

    public init(_ reason: Reason, _ message: String, at position: RecordPosition? = nil, field: String? = nil) {
        self.reason = reason
        self.message = message
        self.position = position
        self.field = field
    }
}

extension IngestError {
    /// A tokeniser's complaint, in the record with the given ordinal (0 outside of records).
    public init(_ error: JSONError, ordinal: Int) {
        let reason: Reason =
            switch error.reason {
            case .unexpectedEnd: .truncated
            case .sizeLimit: .tooLarge
            case .stringLimit: .fieldTooLong
            default: .syntax
            }
        self.init(
            reason, error.reason.explanation,
            at: RecordPosition(ordinal: ordinal, line: error.position.line, byteOffset: error.position.byteOffset))
    }
}

extension IngestError: CustomStringConvertible {
    /// The message with its position: `record 3, line 3, byte 1210: severity: "loud" is no severity`.
    public var description: String {
        var text = ""
        if let position {
            if position.ordinal > 0 { text += "record \(position.ordinal), " }
            text += "line \(position.line), byte \(position.byteOffset): "
        }
        if let field { text += "\(field): " }
        return text + message
    }

    /// The error as a caller sees it: one of the product's reasons, with this one and the position in the metadata.
    public var productError: ProductError {
        let productReason: Domain.Reason =
            switch reason {
            case .syntax: .invalidJSON
            case .truncated, .empty: .truncatedInput
            case .tooLarge: .importTooLarge
            case .reportTooLarge: .reportTooLarge
            case .tenantMismatch: .tenantMismatch
            case .timeInFuture: .timeInFuture
            default: .invalidRecord
            }
        var metadata = ["problem": reason.rawValue]
        if let position {
            if position.ordinal > 0 { metadata["record"] = String(position.ordinal) }
            metadata["line"] = String(position.line)
            metadata["byte"] = String(position.byteOffset)
        }
        if let field { metadata["field"] = field }
        return ProductError(productReason, description, metadata: metadata)
    }

    /// A value of the input for a message: in quotes, without control characters, cut to 60 bytes.
    static func quoted(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix(60), as: UTF8.self)
        var out = "\""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            out.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return out + (bytes.count > 60 ? "...\"" : "\"")
    }
}

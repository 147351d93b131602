import Domain

/// Receives the fields of a message one by one, as a printer of any message does.
public protocol FieldVisitor {
    /// One field.
    ///
    /// - Parameters:
    ///   - name: the field's name in the `.proto` file, `tenant_external_id`.
    ///   - value: what it holds. A field without presence shows its default (`""`, `0`, `false`) rather than `.absent`.
    mutating func visit(_ name: String, _ value: FieldValue)
}

/// The value of a message's field, by kind.
public enum FieldValue: Sendable {
    /// An unset sub-message, time, optional scalar or oneof member.
    case absent
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// An enumeration's value; `word` is nil for a number that the schema does not know.
    case enumeration(word: String?, number: Int32)
    case time(UnixMillis)
    case message(any WireMessage)
    /// A repeated field in its order.
    case list([FieldValue])
    /// A map, sorted by the bytes of its keys.
    case map([(key: String, value: String)])
}

extension FieldValue {
    static func enumeration(_ value: some WireEnum) -> FieldValue {
        .enumeration(word: value.word, number: value.rawValue)
    }

    static func map(_ entries: [String: String]) -> FieldValue { .map(entries.sortedByKeyBytes) }

    /// `.absent`, or the wrapped value as `kind` makes it.
    static func optional<Value>(_ value: Value?, _ kind: (Value) -> FieldValue) -> FieldValue {
        value.map(kind) ?? .absent
    }
}

extension [String: String] {
    /// The entries in the one order that encoding and printing use: by the UTF-8 bytes of their keys.
    var sortedByKeyBytes: [(key: String, value: String)] {
        sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}

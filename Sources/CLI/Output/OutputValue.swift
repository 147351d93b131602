import Bytes
import Domain
import ReviewPackAPI

/// Any result of the client as a tree, from which all JSON output is written.
///
/// Values of the service become one by `visitFields`: names as in `Protos/`, so there is no second list of fields to keep.
indirect enum OutputValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    /// A JSON document as text; one that cannot be read is written as a string.
    case json(String)
    case array([OutputValue])
    case object([Field])

    struct Field: Equatable, Sendable {
        var name: String
        var value: OutputValue
    }

    static func fields(_ fields: KeyValuePairs<String, OutputValue>) -> OutputValue {
        .object(fields.map { Field(name: $0.key, value: $0.value) })
    }

    static func optional(_ text: String?) -> OutputValue { text.map { .string($0) } ?? .null }
    static func hex(_ bytes: [UInt8]) -> OutputValue { .string(Hex.encode(bytes)) }
}

extension OutputValue {
    init(_ message: some WireMessage) {
        var collector = FieldCollector()
        message.visitFields(&collector)
        self = .object(collector.fields)
    }

    /// Enumerations are their words: unset is null, a number that this client does not know is `unknown`. Bytes are lower-case
    /// hex, times RFC 3339, what is absent null.
    init(_ field: FieldValue) {
        switch field {
        case .absent: self = .null
        case .bool(let value): self = .bool(value)
        case .signed(let value): self = .signed(value)
        case .unsigned(let value): self = .unsigned(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .bytes(let value): self = .hex(value)
        case .enumeration("unspecified", _): self = .null
        case .enumeration(let word, _): self = .string(word ?? "unknown")
        case .time(let value): self = .string(value.description)
        case .message(let value): self = OutputValue(value)
        case .list(let values): self = .array(values.map { OutputValue($0) })
        case .map(let entries):
            self = .object(entries.map { Field(name: $0.key, value: .string($0.value)) })
        }
    }

    private struct FieldCollector: FieldVisitor {
        var fields: [Field] = []

        mutating func visit(_ name: String, _ value: FieldValue) {
            fields.append(Field(name: name, value: OutputValue(value)))
        }
    }
}

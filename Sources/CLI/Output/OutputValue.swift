import Bytes
import Domain
import JSONTokens
import ReviewPackAPI

/// Any result of the client as a tree, from which all JSON output is written.
///
/// Values of the service become one by `visitFields`, with the names of `Protos/`: there is no second list of fields to
/// keep.
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

    /// Enumerations are their words: unset is null, a number that this client does not know is `unknown`. Bytes are
    /// lower-case hex, times RFC 3339, absent values null.
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

/// The JSON form of results.
enum JSONText {
    /// One document and its line end.
    static func encode(_ value: OutputValue, style: JSONWriter.Style) -> [UInt8] {
        var writer = JSONWriter(style: style)
        write(value, into: &writer)
        writer.newline()
        return escapingInvisible(writer.bytes)
    }

    private static func write(_ value: OutputValue, into writer: inout JSONWriter) {
        switch value {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .signed(let value): writer.integer(value)
        case .unsigned(let value): writer.integer(value)
        case .double(let value): value.isFinite ? writer.raw("\(value)") : writer.null()
        case .string(let value): writer.string(value)
        case .json(let text): copy(text, into: &writer)
        case .array(let elements):
            writer.beginArray()
            for element in elements { write(element, into: &writer) }
            writer.endArray()
        case .object(let fields):
            writer.beginObject()
            for field in fields {
                writer.key(field.name)
                write(field.value, into: &writer)
            }
            writer.endObject()
        }
    }

    /// Copies a document token by token, so that numbers keep their text and the layout is the writer's.
    private static func copy(_ text: String, into writer: inout JSONWriter) {
        var copied = writer
        var tokenizer = JSONTokenizer()
        let fed: Result<Void, JSONError> = Array(text.utf8).withUnsafeBytes { buffer in
            Result { () throws(JSONError) in try tokenizer.feed(buffer) }
        }
        do {
            try fed.get()
            try tokenizer.finish()
            while true {
                let token = try tokenizer.next()
                if token == .end { break }
                copied.copy(token, text: tokenizer.text)
            }
            writer = copied
        } catch {
            writer.string(text)
        }
    }

    /// Writes characters that a terminal would obey or that hide text as `\u` escapes: the same value to every JSON
    /// reader.
    ///
    /// Whatever is not ASCII stands inside a string, and `JSONWriter` has escaped U+0000 to U+001F already; DEL, C1 and
    /// the format characters are left.
    private static func escapingInvisible(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x7F }) else { return json }
        var out = ""
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            guard scalar.value >= 0x7F, scalar.isControlOrFormat else {
                out.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return Array(out.utf8)
    }
}

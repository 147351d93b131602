import Domain
import JSONTokens

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

    /// Writes characters that a terminal would obey or that hide text as `\u` escapes: the same value to every JSON reader.
    ///
    /// Whatever is not ASCII stands inside a string, and `JSONWriter` has escaped U+0000 to U+001F already; DEL, C1 and the
    /// format characters are left.
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

import Logging

/// One event as one line: `LEVEL message key=value key="value with spaces"`, keys in alphabetical order.
enum LogLine {
    /// Most characters of a message or of one value.
    static let limit = 1024

    /// Without the level: what the journal shows as MESSAGE.
    static func body(message: String, metadata: [(key: String, value: String)]) -> String {
        var line = escaped(message)
        for (key, value) in metadata { line += " \(word(key))=\(shown(value))" }
        return line
    }

    static func line(level: Logger.Level, message: String, metadata: [(key: String, value: String)]) -> String {
        "\(level.rawValue.uppercased()) \(body(message: message, metadata: metadata))\n"
    }

    /// The metadata that counts, in order; the later of two sources wins.
    static func merge(_ sources: [Logger.Metadata?]) -> [(key: String, value: String)] {
        var merged: Logger.Metadata = [:]
        for source in sources { if let source { merged.merge(source) { _, new in new } } }
        return merged.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    }

    /// Text on one line: control characters escaped, the length bounded; quotes stay as they are.
    static func escaped(_ text: String) -> String {
        var out = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit {
                out += "…"
                break
            }
            count += 1
            if scalar == "\"" { out += "\"" } else { ControlCharacters.append(scalar, to: &out) }
        }
        return out
    }

    private static func shown(_ value: String) -> String {
        let isPlain = value.unicodeScalars.allSatisfy {
            $0 != " " && $0 != "\"" && $0 != "=" && $0 != "\\" && ControlCharacters.isHarmless($0)
        }
        return isPlain && !value.isEmpty && value.utf8.count <= limit ? value : "\(Quoted(value, limit: limit))"
    }

    /// A key without anything that could end it.
    private static func word(_ key: String) -> String {
        String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "_" })
    }
}

import Logging

/// One event as one line: `LEVEL message key=value key="value with spaces"`, keys in alphabetical order.
enum LogLine {
    /// Most characters of a message or of one value.
    static let limit = 1024

    /// Without the level: what the journal shows as MESSAGE.
    static func body(message: String, metadata: [(key: String, value: String)]) -> String {
        var line = ControlCharacters.oneLine(message, limit: limit)
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

/// One event for the journal: a datagram of its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL), for each field
///
///     NAME '=' value '\n'
///
/// 1. A name is 1 to 64 characters of A-Z, 0-9 and _, and begins with a letter (systemd.journal-fields(7)).
/// 2. No value holds a newline: control characters are escaped, so the protocol's binary form of a field is never
///    needed.
/// 3. A datagram is far below the socket's send buffer (`LogLine.limit` a value, `maximumFields` fields).
enum JournalMessage {
    static let maximumFields = 32
    static let fieldPrefix = "REVIEWPACK_"

    static func bytes(level: Logger.Level, message: String, metadata: [(key: String, value: String)]) -> [UInt8] {
        var text = "PRIORITY=\(priority(level))\nSYSLOG_IDENTIFIER=reviewpackd\n"
        text += "MESSAGE=\(LogLine.body(message: message, metadata: metadata))\n"
        for (key, value) in metadata.prefix(maximumFields) {
            let value = ControlCharacters.oneLine(value, limit: LogLine.limit)
            assert(!value.utf8.contains(UInt8(ascii: "\n")))
            text += "\(fieldName(key))=\(value)\n"
        }
        return Array(text.utf8)
    }

    /// The level in the numbers of syslog(3).
    static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    static func fieldName(_ key: String) -> String {
        let name = key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        let field = fieldPrefix + String(name.prefix(64 - fieldPrefix.count))
        assert((1...64).contains(field.utf8.count))
        return field
    }
}

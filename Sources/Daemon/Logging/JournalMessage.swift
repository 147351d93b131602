// The datagram of the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): for each field
//
//   NAME '=' value '\n'
//
// 1. A name is 1 to 64 characters of A-Z, 0-9 and _, and begins with a letter (systemd.journal-fields(7)).
// 2. No value holds a newline: control characters are escaped, so the protocol's binary form of a field is never needed.
// 3. A datagram is far below the socket's send buffer (LogLine.limit a value, `maximumFields` fields).

import Logging

/// One event for the journal.
enum JournalMessage {
    static let maximumFields = 32
    static let fieldPrefix = "REVIEWPACK_"

    static func bytes(level: Logger.Level, message: String, metadata: [(key: String, value: String)]) -> [UInt8] {
        var text = "PRIORITY=\(priority(level))\nSYSLOG_IDENTIFIER=reviewpackd\n"
        text += "MESSAGE=\(LogLine.body(message: message, metadata: metadata))\n"
        for (key, value) in metadata.prefix(maximumFields) {
            text += "\(fieldName(key))=\(LogLine.escaped(value))\n"
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
        return fieldPrefix + String(name.prefix(64 - fieldPrefix.count))
    }
}

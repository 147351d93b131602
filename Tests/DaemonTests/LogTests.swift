import Foundation
import Logging
import TestTags
import Testing

@testable import Daemon

@Suite("Log lines", .tags(.upkeep))
struct LogTests {
    @Test(
        "an event is one line that no value can break or forge",
        arguments: [
            ("served", [], "INFO served\n"),
            ("served", [("peer_uid", "1000"), ("method", "/a.B/C")], "INFO served peer_uid=1000 method=/a.B/C\n"),
            ("a\nERROR forged", [], "INFO a\\nERROR forged\n"),
            ("a\u{1b}[31mred\u{7}", [], "INFO a\\u001b[31mred\\u0007\n"),
            ("x", [("error", "two words")], "INFO x error=\"two words\"\n"),
            ("x", [("error", "a=b")], "INFO x error=\"a=b\"\n"),
            ("x", [("error", "say \"no\" \\")], "INFO x error=\"say \\\"no\\\" \\\\\"\n"),
            ("x", [("error", "a\r\nb\t\u{0}c")], "INFO x error=\"a\\r\\nb\\t\\u0000c\"\n"),
            ("x", [("error", "")], "INFO x error=\"\"\n"),
            ("x", [("name", "\u{202E}txt")], "INFO x name=\"\\u202etxt\"\n"),
            ("x", [("name", "\u{2028}")], "INFO x name=\"\\u2028\"\n"),
            ("x", [("name", "\u{E0001}")], "INFO x name=\"\\U000e0001\"\n"),
            ("x", [("name", "Åse")], "INFO x name=Åse\n"),
            ("x", [("a b=\n", "1")], "INFO x a_b__=1\n"),
        ] as [(String, [(key: String, value: String)], String)])
    func line(_ message: String, _ metadata: [(key: String, value: String)], _ expected: String) {
        #expect(LogLine.line(level: .info, message: message, metadata: metadata) == expected)
    }

    @Test("long values are cut")
    func long() {
        let line = LogLine.line(
            level: .error, message: String(repeating: "m", count: 5000),
            metadata: [("v", String(repeating: "v", count: 5000))])
        #expect(line.count < 2 * LogLine.limit + 30)
        #expect(line.hasSuffix("v…\"\n"))
    }

    @Test("the journal gets the priority, the message and each value as a field")
    func journal() {
        let bytes = JournalMessage.bytes(
            level: .warning, message: "denied",
            metadata: [("method", "/a.B/C"), ("peer uid", "1000"), ("evil", "1\nPRIORITY=0")])
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                PRIORITY=4
                SYSLOG_IDENTIFIER=reviewpackd
                MESSAGE=denied method=/a.B/C peer_uid=1000 evil="1\\nPRIORITY=0"
                REVIEWPACK_METHOD=/a.B/C
                REVIEWPACK_PEER_UID=1000
                REVIEWPACK_EVIL=1\\nPRIORITY=0

                """)
    }

    @Test(
        "field names are what the journal takes",
        arguments: [
            ("peer_uid", "REVIEWPACK_PEER_UID"), ("sl-signal", "REVIEWPACK_SL_SIGNAL"), ("ä=\n", "REVIEWPACK____"),
        ])
    func fieldNames(_ key: String, _ name: String) {
        #expect(JournalMessage.fieldName(key) == name)
        #expect(JournalMessage.fieldName(String(repeating: "k", count: 99)).count == 64)
    }

    @Test(
        "levels are syslog's priorities",
        arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func priorities(_ level: Logger.Level, _ priority: Int) {
        #expect(JournalMessage.priority(level) == priority)
    }

    @Test("standard error counts as the journal's only when device and inode match")
    func journalStream() throws {
        let scratch = Scratch()
        let descriptor = open(try scratch.write("log", ""), O_WRONLY)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        let match = "\(status.st_dev):\(status.st_ino)"
        #expect(LogOutput.isJournalStream(match, descriptor: descriptor))
        for variable in [nil, "", ":", "1", "1:2", "\(match)1", "\(match):", "x:y"] {
            #expect(!LogOutput.isJournalStream(variable, descriptor: descriptor), "\(variable ?? "absent")")
        }
        #expect(!LogOutput.isJournalStream(match, descriptor: 9999))
    }

    @Test("the process's level counts for every logger at once, unless one has its own")
    func levels() {
        let output = LogOutput(environment: [:])
        let early = output.makeLogger()
        var own = early
        own.logLevel = .critical
        output.level = .debug
        #expect(early.logLevel == .debug)
        #expect(own.logLevel == .critical)
        output.level = .error
        #expect(early.logLevel == .error)
    }

    @Test("metadata of the event wins over the logger's, in alphabetical order")
    func merging() {
        let merged = LogLine.merge([["b": "1", "a": "1"], nil, ["b": "2", "c": ["x", "y"]]])
        #expect(merged.map { "\($0.key)=\($0.value)" } == ["a=1", "b=2", "c=[\"x\", \"y\"]"])
    }
}

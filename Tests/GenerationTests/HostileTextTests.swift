import Domain
import FuzzCorpus
import PackFormat
import TestTags
import Testing

@testable import Generation

/// Texts made to cost more than their length, `bytes` long.
enum HostileTexts {
    static func repeated(_ piece: String, _ bytes: Int) -> String {
        String(repeating: piece, count: bytes / piece.utf8.count)
    }

    static let patterns: [(name: String, text: @Sendable (Int) -> String)] = [
        ("one domain of labels", { "x@" + repeated("a.", $0 - 2) }), ("at signs", { repeated("@", $0) }),
        ("addresses", { repeated("a@b.c ", $0) }), ("addresses in a row", { repeated("a@b", $0) }),
        ("a local part", { repeated("a.", $0) + "@" }), ("dots before an at sign", { repeated(".", $0) + "@x.y" }),
        ("ideographic stops", { "x@" + repeated("a。", $0 - 2) }), ("quotes before at signs", { repeated("\"@", $0) }),
        ("one word", { repeated("a", $0) }), ("words", { repeated("a ", $0) }),
        ("parts of names", { repeated("marta ", $0) }),
        ("names", { repeated("Marta Lindqvist ", $0) }), ("device words", { repeated("pc-marta-", $0) }),
        ("the beginning of a name", { repeated("ab ", $0) }),
        ("percent escapes", { repeated("%25", $0) }), ("references", { repeated("&amp;amp;", $0) }),
        ("references that do not end", { repeated("&auml", $0) }),
        ("number references", { repeated("&#x0000041", $0) }),
        ("backslashes", { repeated("\\", $0) }), ("escapes", { repeated("\\u0040", $0) }),
        ("separators", { repeated("/", $0) }), ("folders", { repeated("/Users/", $0) }),
        ("folders with spaces", { repeated("/home/a b c d ", $0) }),
        ("a folder's name", { "/home/" + repeated("a", $0) }),
        ("tokens", { repeated("[REDACTED]", $0) }), ("almost tokens", { repeated("[REDACTED-1", $0) }),
        ("digits of a token", { "[REDACTED-" + repeated("1", $0) }), ("brackets", { repeated("[", $0) }),
        ("plus signs", { repeated("+1-", $0) }), ("telephone numbers", { repeated("+4915123456789 ", $0) }),
        ("SIDs", { repeated("s-1-5-21-", $0) }), ("UUIDs", { repeated("7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10 ", $0) }),
        ("marks", { "a" + repeated("\u{301}\u{316}", $0) }),
        ("marks on a space", { " " + repeated("\u{316}\u{301}", $0) }),
        ("flags", { repeated("\u{1F1E6}", $0) + "@x.y" }), ("joiners", { repeated("\u{200D}", $0) }),
        ("ligatures", { repeated("\u{FDFA}", $0) }), ("Hangul", { repeated("각", $0) }), ("Han", { repeated("王", $0) }),
        ("semicolons", { repeated(";", $0) }), ("formulas", { repeated(";=", $0) }), ("quotes", { repeated("\"", $0) }),
        ("apostrophes", { repeated("'", $0) + "=" }), ("numbers", { repeated(";-1", $0) }),
        ("one number", { "-" + repeated("1", $0) }),
        ("line breaks", { repeated("\n", $0) }),
    ]
}

@Suite("Texts that are made to cost much", .tags(.redaction, .hostileInput, .limits), .serialized)
struct HostileTextTests {
    /// A long name that begins like a hostile text, one with many words, people, and addresses of some depths.
    static let identities = [
        String(repeating: "ab ", count: 150) + "end", "Marta Lindqvist", "a b c d e f g h", "a", "abc", "王小明",
        "eve@a.a.a.a.example", "marta.lindqvist@contoso.com",
    ]

    static var evidence: EvidenceFixture {
        var evidence = EvidenceFixture()
        evidence.identities = identities + (3..<200).map { String(repeating: "a", count: $0) }
        return evidence
    }

    @Test("are redacted in time that grows as they do", arguments: HostileTexts.patterns.map(\.name), [true, false])
    func redaction(name: String, isTenants: Bool) throws {
        let pattern = try #require(HostileTexts.patterns.first { $0.name == name })
        var redactor = TextRedactor(dictionary: try IdentityDictionary.read(from: Self.evidence, hashPoint: 1 << 41))
        let growth = try ProcessorTime.growth { count in
            _ = try Array(pattern.text(count).utf8).withUnsafeBytes {
                try redactor.redact($0, as: isTenants ? .tenant : .catalogue)
            }
        }
        #expect(growth <= 2.5)
    }

    @Test("are scanned in time that grows as they do", arguments: HostileTexts.patterns.map(\.name), [true, false])
    func scan(name: String, isTenants: Bool) throws {
        let pattern = try #require(HostileTexts.patterns.first { $0.name == name })
        var probe = try FinalScanTests.probe(of: Self.evidence)
        let growth = try ProcessorTime.growth { count in
            _ = try Array(pattern.text(count).utf8).withUnsafeBytes {
                try isTenants ? probe.check(tenantText: $0) : probe.check(catalogueText: $0)
            }
        }
        #expect(growth <= 2.5)
    }

    @Test(
        "are written to CSV, read again and unguarded in time that grows as they do",
        arguments: HostileTexts.patterns.map(\.name))
    func csv(name: String) throws {
        let pattern = try #require(HostileTexts.patterns.first { $0.name == name })
        let growth = try ProcessorTime.growth { count in
            var csv = CSVWriter()
            csv.cell(pattern.text(count))
            csv.endRow()
            var reader = CSVReader()
            try csv.bytes.withUnsafeBytes { bytes in
                try reader.feed(bytes) { _, _, cell in FormulaGuards.withoutGuards(cell) { _ in } }
            }
        }
        #expect(growth <= 2.5)
    }

    @Test(
        "as names of a row are searched for in time that grows with them and the text",
        arguments: ["a", "ab ", "name\n", "a@b.c\n"])
    func ownNames(piece: String) throws {
        var redactor = TextRedactor(
            dictionary: try IdentityDictionary.read(from: EvidenceFixture(), hashPoint: 1 << 41))
        let growth = try ProcessorTime.growth { count in
            let lines = stride(from: 0, to: count, by: 16).map { "\(piece)x\($0)" }.joined(separator: "\n")
            try Array(lines.utf8).withUnsafeBytes { try redactor.setOwnNames($0) }
            let text = HostileTexts.repeated(piece, count)
            _ = try Array(text.utf8).withUnsafeBytes { try redactor.redact($0, as: .tenant) }
        }
        #expect(growth <= 2.5)
    }

    @Test("are left within a second when somebody cancels", arguments: HostileTexts.patterns.map(\.name))
    func cancellation(name: String) throws {
        let pattern = try #require(HostileTexts.patterns.first { $0.name == name })
        let control = RenderControl()
        control.cancel(reason: .cancelled)
        var redactor = TextRedactor(
            dictionary: try IdentityDictionary.read(from: Self.evidence, hashPoint: 1 << 41), control: control)
        var probe = try FinalScanTests.probe(of: Self.evidence, control: control)
        // Within a mebibyte somebody is asked, so it ends with what was said before it began.
        Array(pattern.text((1 << 20) - 64).utf8).withUnsafeBytes { text in
            #expect(throws: RenderError.self) { _ = try redactor.redact(text, as: .tenant) }
            #expect(throws: RenderError.self) { _ = try probe.check(tenantText: text) }
        }
    }
}

import Domain
import FuzzCorpus
import TestTags
import Testing

@testable import Evidence

@Suite("Imports that are made to cost much", .tags(.evidence, .hostileInput, .limits), .serialized)
struct HostileTextTests {
    /// Pieces of texts that are looked into: for addresses, people in one value, words of the status, times, escapes.
    static let pieces = [
        "@", "a@b", "a@b.c;", "a.a.a.", "a, ", "; ", "<a@b.c> ", "(a) ", "CONTOSO\\\\a ", "\\\\", "\\n", "\\u0040", "[",
        "{", "[\\\"a\\\",",
        "{\\\"mail\\\":\\\"a\\\",", "/", "/Users/", "&amp;amp;", "policy ", "polic", "a_b.c#EXT#@", "#ext#", "ü",
        "\u{301}\u{316}", " ",
        "1", "-1", "2026-01-01T00:00:00Z ", "S-1-5-21-",
    ]

    private static func text(_ piece: String, _ count: Int) -> String {
        String(repeating: piece, count: count / piece.utf8.count)
    }

    private func parse(_ json: String) {
        var parser = FindingsParser(options: .init(skipsBadRecords: true))
        var gathered = 0
        // Refusals are answers as well; what counts is the time.
        _ = try? Array(json.utf8).withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
                let chunk = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 1 << 16)])
                try parser.push(chunk) { record in
                    IdentityGathering.gather(from: record) { _, _ in gathered += 1 }
                }
            }
            try parser.finish { record in IdentityGathering.gather(from: record) { _, _ in gathered += 1 } }
        }
    }

    private func finding(_ field: String, _ text: String) -> String {
        """
        {"uid":"u","check_id":"c","title":"t","severity":"low","status":"open","resource_type":"user",\
        "resource_uid":"r","first_seen_at":"2026-02-10T08:00:00Z",\
        "last_seen_at":"2026-04-01T08:00:00Z","\(field)":"\(text)"}
        """
    }

    @Test("as texts of a finding take time that grows as they do", arguments: pieces, ["detail", "description"])
    func texts(piece: String, field: String) {
        #expect(ProcessorTime.growth { parse(finding(field, Self.text(piece, $0 - 1024))) } <= 2.5)
    }

    @Test("as many findings with names made of them take time that grows with their number", arguments: pieces)
    func names(piece: String) {
        let growth = ProcessorTime.growth { count in
            let names = Self.text(piece, 4000)
            parse((0..<count / 4096).map { _ in finding("resource_name", names) }.joined(separator: "\n"))
        }
        #expect(growth <= 2.5)
    }

    @Test(
        "as values of a report take time that grows as they do", arguments: pieces,
        ["mail", "displayName", "members", "x"])
    func reports(piece: String, key: String) {
        let growth = ProcessorTime.growth { count in
            var validator = ReportValidator()
            let json = "{\"\(key)\":\"\(Self.text(piece, count))\",\"\(key)s\":[\(Self.text("\"\(piece)\",", count))1]}"
            _ = try? Array(json.utf8).withUnsafeBytes { bytes in
                try validator.push(bytes, store: { _ in }, identity: { _, _ in })
                try validator.finish(store: { _ in }, identity: { _, _ in })
            }
        }
        #expect(growth <= 2.5)
    }
}

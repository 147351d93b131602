import FuzzCorpus
import TestTags
import Testing

@testable import PackFormat

@Suite("A pack that is made to cost much", .tags(.packs, .hostileInput, .limits), .serialized)
struct HostileTableTests {
    static let tables: [(name: String, text: @Sendable (Int) -> String)] = [
        ("one cell", { String(repeating: "a", count: $0) + "\r\n" }),
        ("quotes", { "\"" + String(repeating: "\"\"", count: $0 / 2) + "\"\r\n" }),
        ("cells", { String(repeating: ",", count: $0) + "\r\n" }),
        ("rows", { String(repeating: "a\r\n", count: $0 / 3) }),
        ("words of severity", { (0..<$0 / 8).map { "w\($0)\r\n" }.joined() }),
        ("beyond ASCII", { String(repeating: "ü", count: $0 / 2) + "\r\n" }),
    ]

    @Test("is read in time that grows as its tables do", arguments: tables.map(\.name), [100, 1 << 16])
    func readTables(name: String, piece: Int) throws {
        let table = try #require(Self.tables.first { $0.name == name })
        let growth = try ProcessorTime.growth { count in
            var text = UTF8Scanner()
            var reader = CSVReader(cellLimit: 64)
            var tally = FindingTally()
            try Array(table.text(count).utf8).withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: piece) {
                    let chunk = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + piece)])
                    try text.feed(chunk)
                    try reader.feed(chunk) { _, column, cell in tally.add(cell, in: column + 6) }
                }
            }
            try text.finish()
            try reader.finish()
        }
        #expect(growth <= 2.5)
    }

    static let documents: [(name: String, text: @Sendable (Int) -> String)] = [
        ("keys", { "{" + (0..<$0 / 12).map { "\"k\($0)\":1" }.joined(separator: ",") + "}" }),
        ("elements", { "[" + String(repeating: "1,", count: $0 / 2) + "1]" }),
        (
            "strings",
            {
                "[" + String(repeating: "\"\(String(repeating: "a", count: 60_000))\",", count: max(1, $0 / 60_000))
                    + "1]"
            }
        ),
    ]

    @Test("is read in time that grows as its documents do", arguments: documents.map(\.name))
    func readDocuments(name: String) throws {
        let document = try #require(Self.documents.first { $0.name == name })
        let growth = try ProcessorTime.growth { count in
            let bytes = Array(document.text(count).utf8)
            var scanner = JSONScanner()
            try bytes.withUnsafeBytes { try scanner.feed($0) }
            try scanner.finish()
            _ = try JSONTree(parsing: bytes)
        }
        #expect(growth <= 2.5)
    }
}

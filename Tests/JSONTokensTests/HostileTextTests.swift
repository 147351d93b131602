import FuzzCorpus
import TestTags
import Testing

@testable import JSONTokens

@Suite("JSON that is made to cost much", .tags(.hostileInput, .limits), .serialized)
struct HostileTextTests {
    static let patterns: [(name: String, text: @Sendable (Int) -> String)] = [
        ("one string", { "\"" + String(repeating: "a", count: $0) + "\"" }),
        ("escapes", { "\"" + String(repeating: #"\u0041"#, count: $0 / 6) + "\"" }),
        ("backslashes", { "\"" + String(repeating: #"\\"#, count: $0 / 2) + "\"" }),
        ("surrogates", { "\"" + String(repeating: #"\ud83d\ude00"#, count: $0 / 12) + "\"" }),
        ("one number", { String(repeating: "1", count: $0) }),
        ("white space", { String(repeating: " \n", count: $0 / 2) + "1" }),
        ("brackets", { "[" + String(repeating: "[],", count: $0 / 3) + "1]" }),
        ("keys", { "{" + String(repeating: "\"a\":1,", count: $0 / 6) + "\"b\":1}" }),
        ("strings", { "[" + String(repeating: "\"\",", count: $0 / 3) + "1]" }),
        ("beyond ASCII", { "\"" + String(repeating: "ü", count: $0 / 2) + "\"" }),
    ]

    @Test(
        "is read in time that grows as it does, in pieces of any size", arguments: patterns.map(\.name),
        [64, 4096, 1 << 20])
    func reading(name: String, piece: Int) throws {
        let pattern = try #require(Self.patterns.first { $0.name == name })
        var limits = JSONLimits()
        limits.stringBytes = 64 << 20
        limits.numberBytes = 64 << 20
        let growth = try ProcessorTime.growth { count in
            let text = Array(pattern.text(count).utf8)
            var tokenizer = JSONTokenizer(limits: limits)
            try text.withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: piece) {
                    try tokenizer.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + piece)]))
                    while try tokenizer.next() != .needsInput {}
                }
            }
            try tokenizer.finish()
            while try tokenizer.next() != .end {}
        }
        #expect(growth <= 2.5)
    }
}

import Domain
import TestTags
import Testing

@testable import Generation

@Suite("Redaction and the final scan agree", .tags(.redaction))
struct AgreementTests {
    /// Pieces that meet in unexpected ways when they are strung together.
    private static let pieces = [
        "Anna Schmidt", "anna.schmidt", "anna.schmidt@contoso.com", "Jörg", "Mu\u{308}ller", "Strauß", "STRAUSS",
        "İbrahim", "i\u{307}",
        "田中太郎", "さん", "김철수", "는", "ไทย", "x_y.org#EXT#@contoso.com", "eve@corp", "@", "＠", ".", "-", "_", "'", "’",
        "\"", "#",
        "[REDACTED]", "[REDACTED", "]", "[", " ", "\u{A0}", "\n", "\\", "\\n", "\\u0040", "\\u00fc", "\\ud83d\\ude00",
        "\\ud83d", "%",
        "%40", "%C3%BC", "%C3", "&#64;", "&amp;", "&", ";", "/home/", "/Users/", "C:\\Users\\", "bob", "a", "1", "½",
        "ﬁ", "\u{AD}",
        "\u{200B}", "\u{301}", "\u{323}", "ⅷ", "Ⓐ", "𝐀nna", "７", "٣", "🙂", "👨‍👩‍👧", "७", "。", "|", "/", "{", "}", "=",
        "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10", "ace08ec9-aa11-4ada-9145-addf0398233e@contoso.com", "u000a", "\\u000a",
        "\u{0}", "\u{E000}",
    ]

    private static let identities = [
        "Anna Schmidt", "anna.schmidt@contoso.com", "Jörg Müller", "Strauß", "İbrahim", "田中太郎", "김철수", "bob", "u000a",
        "amp",
        "eve@corp", "x_y.org#EXT#@contoso.com", "A.B (C)", "see [REDACTED", "ibrahim-a", "7 bob", "Ⓐnna", "1⁄2 bob",
        "ไทย", "fin",
    ]

    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }

    @Test("whatever redaction leaves of a text, the scan passes", arguments: Array(1...8) as [UInt64])
    func agree(seed: UInt64) throws {
        var random = Sequence(state: seed)
        try agree(on: Self.identities, texts: 1500, &random) { random in Self.strung(of: Self.pieces, 9, &random) }
    }

    @Test(
        "whatever a tenant's people call themselves, a pack without personal data can be made", arguments: [1, 2, 3, 4])
    func agreeOnNames(seed: UInt64) throws {
        var random = Sequence(state: seed)
        for _ in 0..<60 {
            let names = (0..<4).map { _ in Self.strung(of: Self.pieces + Self.edges, 4, &random) }
            try agree(on: names, texts: 40, &random) { random in
                Self.strung(of: names + Self.pieces + Self.edges, 5, &random)
            }
        }
    }

    /// What names may begin and end with and still be the same name.
    private static let edges = [
        " ", "\u{3000}", "\u{200E}", "\u{200F} ", " \u{200B}", "\u{2060}", "\u{FEFF}", "\u{A8}", "\u{301}", "\u{34F}",
        "\t",
    ]

    private static func strung(of pieces: [String], _ most: Int, _ random: inout Sequence) -> String {
        (0..<Int.random(in: 1...most, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private func agree(
        on identities: [String], texts: Int, _ random: inout Sequence, text next: (inout Sequence) -> String
    ) throws {
        var evidence = EvidenceFixture()
        evidence.identities = identities
        var redactor = TextRedactor(dictionary: try IdentityDictionary.read(from: evidence, hashPoint: 1 << 50 + 7))
        var probe = try FinalScanTests.probe(of: evidence)
        for _ in 0..<texts {
            let text = next(&random)
            for kind in [TextKind.tenant, .catalogue] {
                let left = try Array(text.utf8).withUnsafeBytes { bytes in
                    try redactor.redact(bytes, as: kind) == 0 ? Array(bytes) : redactor.output
                }
                let finding = try left.withUnsafeBytes {
                    try kind == .tenant ? probe.check(tenantText: $0) : probe.check(catalogueText: $0)
                }
                let shown = String(decoding: left, as: UTF8.self).debugDescription
                #expect(finding == nil, "\(identities): \(text.debugDescription) became \(shown)")
            }
        }
    }
}

import Domain
import TestTags
import Testing

@testable import Evidence

/// A generator whose numbers are the same at every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("Damaged input", .tags(.evidence, .hostileInput))
struct MutationTests {
    static func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        let specials = Array("\"\\{}[],:0e-\n\u{0}nu".utf8) + [0x80, 0xC3, 0xED, 0xFF]
        for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.count > 8 {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] = specials.randomElement(using: &random) ?? 0
            case 1: bytes.insert(specials.randomElement(using: &random) ?? 0, at: index)
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...40, using: &random)))
            case 3: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default:
                let piece = bytes[index..<min(bytes.count, index + Int.random(in: 1...200, using: &random))]
                bytes.insert(contentsOf: piece, at: Int.random(in: 0..<bytes.count, using: &random))
            }
        }
        return bytes
    }

    @Test("damaged findings are read the same for every split, or refused with the same error", arguments: 0..<150)
    func findings(seed: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        let sample = seed.isMultiple(of: 2) ? "[\(ocsfSample.json),\n\(ocsfSample.json)]" : nativeSample.json + "\n"
        let bytes = Self.damaged(Array(sample.utf8), &random)
        for skips in [false, true] {
            var outcomes: [(records: [Parsed], error: String)] = []
            for chunk in [1, 13, 100_000] {
                var parser = FindingsParser(options: .init(skipsBadRecords: skips))
                var records: [Parsed] = []
                var complaint = ""
                do {
                    for start in stride(from: 0, to: bytes.count, by: chunk) {
                        try bytes[start..<min(bytes.count, start + chunk)].withUnsafeBytes {
                            try parser.push($0) { records.append(Parsed($0)) }
                        }
                    }
                    try parser.finish { records.append(Parsed($0)) }
                } catch { complaint = "\(try #require(error as? IngestError))" }
                complaint += parser.rejections.map(\.description).joined(separator: "; ")
                outcomes.append((records, complaint))
            }
            for outcome in outcomes.dropFirst() {
                #expect(outcome.records == outcomes[0].records)
                #expect(outcome.error == outcomes[0].error)
            }
        }
    }

    @Test("damaged reports, operations and hardening documents are read or refused, never worse", arguments: 0..<150)
    func documents(seed: Int) throws {
        var random = SeededGenerator(state: UInt64(1000 + seed))
        let names = ["admin-roles.json", "operations.jsonl", "hardening.json"]
        let bytes = Self.damaged(try example(names[seed % 3]), &random)
        try bytes.withUnsafeBytes { buffer in
            do {
                switch seed % 3 {
                case 0:
                    var validator = ReportValidator()
                    try validator.push(buffer, store: { _ in }, identity: { _, _ in })
                    try validator.finish(store: { _ in }, identity: { _, _ in })
                case 1:
                    var parser = OperationsParser(clock: sampleClock, skipsBadRecords: true)
                    try parser.push(buffer, consume: { _, _ in }, identity: { _, _ in })
                    try parser.finish(consume: { _, _ in }, identity: { _, _ in })
                default: _ = try HardeningDocument.parse(buffer, clock: sampleClock)
                }
            } catch { _ = try #require(error as? IngestError) }
        }
    }
}

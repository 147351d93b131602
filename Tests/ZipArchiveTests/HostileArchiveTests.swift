import TestTags
import Testing

@testable import ZipArchive

@Suite("A hostile archive", .tags(.packs, .hostileInput))
struct HostileArchiveTests {
    @Test("that declares more content than allowed is refused before anything is inflated")
    func bomb() throws {
        let bytes = try archive([Named("a", Content.rows(5000)), Named("b", Content.rows(5000))])
        #expect(throws: Never.self) {
            try ZipReader(bytes: bytes, limits: ZipReadLimits(members: 2, contentSize: 10_000))
        }
        let error = #expect(throws: ZipReadError.self) {
            try ZipReader(bytes: bytes, limits: ZipReadLimits(members: 2, contentSize: 9_999))
        }
        #expect(error?.reason == .tooLarge)
        #expect(error?.member == "b")
    }

    @Test("that inflates to more than it declares gives no byte beyond what it declares")
    func liar() throws {
        // 4 MiB of zeros behind headers that say 1000 bytes.
        let content = [UInt8](repeating: 0, count: 4 << 20)
        var bytes = try archive([Named("z", content)])
        let central = try #require(bytes.firstIndex(of: [0x50, 0x4b, 0x01, 0x02]))
        for (offset, byte) in [0xe8, 0x03, 0, 0].enumerated() {
            bytes[22 + offset] = UInt8(byte)
            bytes[central + 24 + offset] = UInt8(byte)
        }
        let zip = try ZipReader(bytes: bytes, limits: .standard)
        let entry = try #require(zip.entries.first)
        var seen = 0
        let error = #expect(throws: ZipReadError.self) { try zip.read(entry) { seen += $0.count } }
        #expect(error?.reason == .wrongSize)
        #expect(seen <= 1000)
    }

    @Test("with a limit of no members and no bytes is refused, whatever the limits are")
    func limits() throws {
        let bytes = try archive([Named("a", "")])
        for limits in [
            ZipReadLimits(members: 0, contentSize: 0), ZipReadLimits(members: -5, contentSize: .max),
        ] {
            let error = #expect(throws: ZipReadError.self) { try ZipReader(bytes: bytes, limits: limits) }
            #expect(error?.reason == .tooManyMembers)
        }
        let most = ZipReadLimits(members: .max, contentSize: .max)
        #expect(try ZipReader(bytes: bytes, limits: most).entries.map(\.name) == ["a"])
    }

    @Test("of random bytes never makes the reader trap")
    func noise() throws {
        var random = SplitMix64(state: 99)
        let sound = try archive([Named("a", Content.rows(300)), Named("b", "hi")])
        for _ in 0..<3000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                bytes[index] = [0, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            do { _ = try contents(of: bytes) } catch is ZipReadError {}
        }
    }

    @Test(
        "whose names would collide or climb is refused",
        arguments: [
            ("a", "A", .duplicateName), ("a", "a", .duplicateName), ("\u{e9}", "e\u{301}", .duplicateName),
            ("a", "../b", .invalidName), ("a", "/b", .invalidName), ("a", "b/", .invalidName),
            ("a", "b\n", .invalidName),
        ] as [(String, String, ZipReadError.Reason)])
    func names(_ first: String, _ second: String, _ reason: ZipReadError.Reason) throws {
        // The writer refuses such names: they take the place of harmless ones of the same length.
        let (m, n) = (first.utf8.count, second.utf8.count)
        var bytes = try archive([1, 2].map { Named(String(repeating: "\($0)", count: $0 == 1 ? m : n), "") })
        for header in [30, 60 + m + n + 46] { bytes.replaceSubrange(header..<header + m, with: first.utf8) }
        for header in [60 + m, 60 + m + n + 92 + m] { bytes.replaceSubrange(header..<header + n, with: second.utf8) }
        let error = #expect(throws: ZipReadError.self) { try ZipReader(bytes: bytes, limits: .standard) }
        #expect(error?.reason == reason)
    }

    @Test("with a member without a name is refused")
    func emptyName() throws {
        // Local header 0...30, central header 31...77, end record from 78 on.
        var bytes = try archive([Named("n", "")])
        bytes.remove(at: 31 + 46)
        bytes[31 + 28] = 0
        bytes.remove(at: 30)
        bytes[26] = 0
        bytes[76 + 12] -= 1
        bytes[76 + 16] -= 1
        let error = #expect(throws: ZipReadError.self) { try ZipReader(bytes: bytes, limits: .standard) }
        #expect(error?.reason == .invalidName)
    }
}

extension [UInt8] {
    fileprivate func firstIndex(of part: [UInt8]) -> Int? {
        indices.first { self[$0...].starts(with: part) }
    }
}

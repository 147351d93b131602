import TestTags
import Testing

@testable import Storage

@Suite("Tar headers", .tags(.durability))
struct TarHeaderTests {
    @Test("a header is the known one, byte for byte")
    func golden() {
        let header = TarHeader(
            name: "exports/a.zip", mode: 0o600, uid: 998, gid: 997, size: 1_048_576, modifiedAt: 1_772_337_906)
        let bytes = header.bytes
        #expect(bytes.count == 512)
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self) }
        #expect(text(0..<100) == "exports/a.zip" && text(100..<108) == "0000600")
        #expect(text(108..<116) == "0001746" && text(116..<124) == "0001745")
        #expect(text(124..<136) == "00004000000" && text(136..<148) == "15150735362")
        #expect(bytes[156] == UInt8(ascii: "0") && text(257..<263) == "ustar")
        let sum = bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(
            text(148..<155) == String(repeating: "0", count: 6 - String(sum, radix: 8).count) + String(sum, radix: 8))
    }

    @Test("a size of 8 GiB and more is written in base 256, a uid of more than seven digits as 0")
    func large() {
        let header = TarHeader(name: "f", mode: 0o600, uid: 1 << 21, gid: 1, size: 1 << 33, modifiedAt: 0)
        #expect(Array(header.bytes[124..<136]) == [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])
        #expect(Array(header.bytes[108..<115]) == Array("0000000".utf8))
    }
}

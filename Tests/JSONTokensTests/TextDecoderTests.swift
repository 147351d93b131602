import JSONTokens
import TestTags
import Testing

@Suite("Encodings", .tags(.evidence))
struct TextDecoderTests {
    static let text = "{\"name\": \"Żółć 😀\",\n \"n\": [1]}"

    static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit -> [UInt8] in
            let bytes = [UInt8(unit & 255), UInt8(unit >> 8)]
            return bigEndian ? bytes.reversed() : bytes
        }
    }

    @Test("UTF-8 and UTF-16 with and without a mark give the same tokens for every split", arguments: 1...9)
    func encodings(chunk: Int) throws {
        let expected = try tokens(Self.text)
        let forms: [[UInt8]] = [
            [0xEF, 0xBB, 0xBF] + Array(Self.text.utf8), Self.utf16(Self.text, bigEndian: false),
            Self.utf16(Self.text, bigEndian: true), [0xFF, 0xFE] + Self.utf16(Self.text, bigEndian: false),
            [0xFE, 0xFF] + Self.utf16(Self.text, bigEndian: true),
        ]
        for form in forms { #expect(try tokens(form, chunk: chunk) == expected) }
    }

    @Test("texts too short to show an encoding are read", arguments: ["1", "[]", "{}", "\"é\""])
    func short(text: String) throws {
        #expect(try tokens(text, chunk: 1) == tokens(text))
        #expect(try tokens(Self.utf16(text, bigEndian: true), chunk: 1) == tokens(text))
        #expect(try tokens([0xFF, 0xFE] + Self.utf16(text, bigEndian: false), chunk: 1) == tokens(text))
    }

    @Test("UTF-32 is named and refused")
    func utf32() {
        #expect(failure([0x5B, 0, 0, 0, 0x5D, 0, 0, 0])?.reason == .unsupportedEncoding)
        #expect(failure([0xFF, 0xFE, 0, 0, 0x5B, 0, 0, 0])?.reason == .unsupportedEncoding)
        #expect(failure([0, 0, 0xFE, 0xFF, 0, 0, 0, 0x5B])?.reason == .unsupportedEncoding)
        #expect(failure([0, 0, 0, 0x5B])?.reason == .unsupportedEncoding)
    }

    @Test("half a surrogate pair and half a code unit are refused in UTF-16")
    func brokenUTF16() {
        let start = Self.utf16("[\n\"a", bigEndian: false)
        let lone = start + [0x00, 0xD8] + Self.utf16("b\"]", bigEndian: false)
        #expect(failure(lone)?.reason == .invalidUTF16)
        #expect(failure(lone)?.position == JSONPosition(byteOffset: 4, line: 2, column: 3))
        #expect(failure(start + [0x00, 0xDC])?.reason == .invalidUTF16)
        #expect(failure(Self.utf16("[]", bigEndian: false) + [0x20])?.reason == .invalidUTF16)
    }

    @Test("a second byte order mark is no white space")
    func secondMark() {
        #expect(failure([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, 0x31])?.reason == .unexpectedByte)
    }
}

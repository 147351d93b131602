import Bytes
import TestTags
import Testing

@Suite("Hexadecimal text", .tags(.hostileInput))
struct HexTests {
    @Test("it is written in lower case and read in either")
    func cases() {
        #expect(Hex.encode([0x00, 0xAB, 0xF9]) == "00abf9")
        #expect(Hex.decode("00aBF9") == [0x00, 0xAB, 0xF9])
    }

    @Test("an odd number of digits and other characters are refused", arguments: ["0", "0g", "+1", "ab ", "é"])
    func refuses(text: String) { #expect(Hex.decode(text) == nil) }
}

@Suite("SHA-256 values", .tags(.determinism))
struct Digest256Tests {
    @Test("a digest has exactly 32 bytes")
    func digestLength() {
        #expect(Digest256(Array(repeating: 1, count: 31)) == nil)
        #expect(Digest256(hex: String(repeating: "ab", count: 32))?.bytes == Array(repeating: 0xAB, count: 32))
        #expect(Digest256(hex: String(repeating: "ab", count: 31) + "a") == nil)
    }

    @Test("the digest of bytes is that of FIPS 180-4's example, however the bytes are given")
    func hashing() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Digest256(hashing: "abc".utf8).hex == text)
        #expect(Array("abc".utf8).withUnsafeBytes { Digest256(hashing: $0) } == Digest256(hex: text))
        #expect("\(Digest256(hashing: "abc".utf8))" == text)
    }
}

@Suite("base64url", .tags(.hostileInput))
struct Base64URLTests {
    @Test("follows the test vectors of RFC 4648 without padding")
    func vectors() {
        for (plain, encoded) in [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64URL.encode(plain.utf8) == encoded)
            #expect(Base64URL.decode(encoded) == Array(plain.utf8))
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    }

    @Test(
        "refuses padding, other alphabets, impossible lengths and unused bits",
        arguments: ["Zg==", "Z", "Zh", "+/8", "Zm 9"])
    func strict(text: String) { #expect(Base64URL.decode(text) == nil) }
}

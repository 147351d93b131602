import Domain
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("a UUID reads in either case and prints in lower case")
    func caseInsensitive() {
        let id = UUIDValue("7F6D1D7E-6C1C-4D0A-9D53-2F1D1A6F8B10")
        #expect(id?.description == "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10")
        #expect(id.flatMap { UUIDValue(bytes: $0.bytes) } == id)
    }

    @Test(
        "what is no UUID in its 36-character form is refused",
        arguments: [
            "", "7f6d1d7e6c1c4d0a9d532f1d1a6f8b10", "{7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10}",
            "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b1g", "7f6d1d7e-6c1c-4d0a-9d532-f1d1a6f8b10",
            "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10 ",
        ])
    func refuses(text: String) { #expect(UUIDValue(text) == nil) }

    @Test("new ids carry version 7, the variant and their millisecond, and sort by time")
    func version7() {
        var random = SystemRandomNumberGenerator()
        let early = UUIDValue.version7(at: UnixMillis(1_772_337_906_070), using: &random)
        let late = UUIDValue.version7(at: UnixMillis(1_772_337_906_071), using: &random)
        #expect(early < late)
        #expect(early.high >> 12 & 0xF == 7)
        #expect(early.low >> 62 == 0b10)
        #expect(early.high >> 16 == 1_772_337_906_070)
    }

    @Test("a digest has exactly 32 bytes")
    func digestLength() {
        #expect(Digest256(Array(repeating: 1, count: 31)) == nil)
        #expect(Digest256(hex: String(repeating: "ab", count: 32))?.bytes == Array(repeating: 0xAB, count: 32))
        #expect(Digest256(hex: String(repeating: "ab", count: 31) + "a") == nil)
    }
}

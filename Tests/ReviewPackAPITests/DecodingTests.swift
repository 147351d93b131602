import TestTags
import Testing

@testable import ReviewPackAPI

@Suite("decoding what others encoded", .tags(.wire))
struct DecodingTests {
    @Test("fields that the schema does not know are skipped, whatever their wire type")
    func unknownFields() throws {
        let bytes: [UInt8] = [
            0x0A, 0x01, 0x61,  // name: "a"
            0xA0, 0x06, 0x96, 0x01,  // field 100, varint
            0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8,  // field 100, 8 bytes
            0xA2, 0x06, 0x02, 0xFF, 0xFE,  // field 100, 2 bytes
            0xA5, 0x06, 1, 2, 3, 4,  // field 100, 4 bytes
            0x10, 0x05,  // number: 5
        ]
        #expect(try WireTest.Leaf(serialized: bytes) == WireTest.Leaf(name: "a", number: 5))
    }

    @Test("the last of several occurrences of a singular field wins")
    func lastWins() throws {
        let scalar: [UInt8] = [0x10, 0x01, 0x0A, 0x01, 0x61, 0x10, 0x02, 0x0A, 0x01, 0x62]
        #expect(try WireTest.Leaf(serialized: scalar) == WireTest.Leaf(name: "b", number: 2))
    }

    @Test("several occurrences of a singular sub-message are merged")
    func submessagesMerge() throws {
        let bytes: [UInt8] = [0x7A, 0x03, 0x0A, 0x01, 0x61, 0x7A, 0x02, 0x10, 0x07]
        #expect(try WireTest.Everything(serialized: bytes).aLeaf == WireTest.Leaf(name: "a", number: 7))
    }

    @Test("the last member of a oneof wins")
    func lastOfOneofWins() throws {
        let bytes: [UInt8] = [0xD2, 0x02, 0x01, 0x61, 0xC0, 0x02, 0x05]
        #expect(try WireTest.Everything(serialized: bytes).choice == .chosenInt32(5))
    }

    @Test("the last entry of a map's key wins, and an entry may lack its key or value")
    func mapEntries() throws {
        let bytes: [UInt8] = [
            0xD2, 0x01, 0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x31,  // a: 1
            0xD2, 0x01, 0x03, 0x12, 0x01, 0x32,  // 2 without a key
            0xD2, 0x01, 0x03, 0x0A, 0x01, 0x62,  // b without a value
            0xD2, 0x01, 0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x33,  // a: 3
        ]
        #expect(try WireTest.Everything(serialized: bytes).labels == ["a": "3", "": "2", "b": ""])
    }

    @Test("repeated numbers are read packed and not packed, and both mixed")
    func packedAndNot() throws {
        let bytes: [UInt8] = [0xA2, 0x01, 0x02, 0x01, 0x02, 0xA0, 0x01, 0x03]
        #expect(try WireTest.Everything(serialized: bytes).int32s == [1, 2, 3])
    }

    @Test("an enumeration keeps a number that the schema does not know, -1 too")
    func openEnumerations() throws {
        let minusOne: [UInt8] = [0x70, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
        let message = try WireTest.Everything(serialized: minusOne)
        #expect(message.aColour.rawValue == -1)
        #expect(message.aColour.word == nil)
        #expect(message.serialized() == minusOne)
    }
}

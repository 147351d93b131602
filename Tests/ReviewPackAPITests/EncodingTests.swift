import Domain
import TestTags
import Testing

@testable import ReviewPackAPI

/// The bytes of each kind of field, as https://protobuf.dev/programming-guides/encoding gives them: a tag (number <<
/// 3 | wire type) and then a varint (0), 8 bytes (1), a length and that many bytes (2), or 4 bytes (5).
@Suite("encoding", .tags(.wire))
struct EncodingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let set: @Sendable (inout WireTest.Everything) -> Void
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "nothing set", bytes: []) { _ in },
        // 1 << 3 | 1 = 0x09; 1.0 is 0x3FF0000000000000, little-endian.
        Row(name: "double", bytes: [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]) { $0.aDouble = 1 },
        // 150 = 1_0010110: low seven bits first.
        Row(name: "int32", bytes: [0x10, 0x96, 0x01]) { $0.anInt32 = 150 },
        // A negative int32 is sign-extended to 64 bits: ten bytes.
        Row(name: "negative int32", bytes: [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]) {
            $0.anInt32 = -1
        },
        // Zigzag: -2 is 3.
        Row(name: "sint32", bytes: [0x18, 0x03]) { $0.aSint32 = -2 },
        Row(name: "sfixed32", bytes: [0x25, 0xFE, 0xFF, 0xFF, 0xFF]) { $0.aSfixed32 = -2 },
        Row(name: "int64", bytes: [0x28, 0x80, 0x80, 0x80, 0x80, 0x10]) { $0.anInt64 = 1 << 32 },
        Row(name: "sint64", bytes: [0x30, 0x02]) { $0.aSint64 = 1 },
        Row(name: "uint32", bytes: [0x38, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) { $0.aUint32 = .max },
        Row(name: "fixed32", bytes: [0x45, 0x01, 0, 0, 0]) { $0.aFixed32 = 1 },
        Row(name: "uint64", bytes: [0x48, 0x01]) { $0.aUint64 = 1 },
        Row(name: "fixed64", bytes: [0x51, 0x01, 0, 0, 0, 0, 0, 0, 0]) { $0.aFixed64 = 1 },
        Row(name: "bool", bytes: [0x58, 0x01]) { $0.aBool = true },
        Row(name: "string", bytes: [0x62, 0x02, 0xC3, 0xA9]) { $0.aString = "é" },
        Row(name: "bytes with NULs", bytes: [0x6A, 0x03, 0x00, 0xFF, 0x00]) { $0.aBytes = [0, 255, 0] },
        Row(name: "enum", bytes: [0x70, 0x02]) { $0.aColour = .lightBlue },
        Row(name: "empty sub-message", bytes: [0x7A, 0x00]) { $0.aLeaf = WireTest.Leaf() },
        Row(name: "sub-message", bytes: [0x7A, 0x05, 0x0A, 0x01, 0x78, 0x10, 0x07]) {
            $0.aLeaf = WireTest.Leaf(name: "x", number: 7)
        },
        // Field 16 has a tag of two bytes: 16 << 3 | 2 = 130. 1 s and 5 ms: field 1 = 1, field 2 = 5,000,000.
        Row(name: "time", bytes: [0x82, 0x01, 0x07, 0x08, 0x01, 0x10, 0xC0, 0x96, 0xB1, 0x02]) {
            $0.aTime = UnixMillis(1005)
        },
        Row(name: "the epoch", bytes: [0x82, 0x01, 0x00]) { $0.aTime = UnixMillis(0) },
        Row(name: "strings, empty ones too", bytes: [0xBA, 0x01, 0x00, 0xBA, 0x01, 0x01, 0x61]) {
            $0.strings = ["", "a"]
        },
        // A map is a repeated message of key (1) and value (2), here in the order of its keys.
        Row(
            name: "map, sorted",
            bytes: [
                0xD2, 0x01, 0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x31,  // a: 1
                0xD2, 0x01, 0x06, 0x0A, 0x01, 0x62, 0x12, 0x01, 0x32,  // b: 2
            ]
        ) { $0.labels = ["b": "2", "a": "1"] },
        Row(name: "explicit zero", bytes: [0xF0, 0x01, 0x00]) { $0.maybeInt32 = 0 },
        Row(name: "explicit false", bytes: [0xF8, 0x01, 0x00]) { $0.maybeBool = false },
        Row(name: "explicit empty string", bytes: [0x82, 0x02, 0x00]) { $0.maybeString = "" },
        Row(name: "explicit empty bytes", bytes: [0x8A, 0x02, 0x00]) { $0.maybeBytes = [] },
        Row(name: "explicit unspecified", bytes: [0x90, 0x02, 0x00]) { $0.maybeColour = .unspecified },
        Row(name: "chosen zero", bytes: [0xC0, 0x02, 0x00]) { $0.choice = .chosenInt32(0) },
        Row(name: "chosen false", bytes: [0xC8, 0x02, 0x00]) { $0.choice = .chosenBool(false) },
        Row(name: "chosen empty string", bytes: [0xD2, 0x02, 0x00]) { $0.choice = .chosenString("") },
        Row(name: "chosen bytes", bytes: [0xDA, 0x02, 0x02, 0x00, 0x01]) { $0.choice = .chosenBytes([0, 1]) },
        Row(name: "chosen enum", bytes: [0xE0, 0x02, 0x01]) { $0.choice = .chosenColour(.red) },
        Row(name: "chosen message", bytes: [0xEA, 0x02, 0x02, 0x10, 0x01]) {
            $0.choice = .chosenLeaf(WireTest.Leaf(number: 1))
        },
        Row(name: "chosen time", bytes: [0xF2, 0x02, 0x02, 0x08, 0x01]) { $0.choice = .chosenTime(UnixMillis(1000)) },
        Row(name: "chosen empty message", bytes: [0xFA, 0x02, 0x00]) { $0.choice = .chosenEmpty(WireTest.Empty()) },
        Row(name: "unknown enum number", bytes: [0x70, 0x63]) { $0.aColour = WireTest.Colour(rawValue: 99) },
        Row(name: "enum of -1", bytes: [0x70, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]) {
            $0.aColour = WireTest.Colour(rawValue: -1)
        },
    ]

    @Test("a field has the bytes that the encoding guide gives, and they decode to the same value", arguments: rows)
    func bytesOfEachKind(row: Row) throws {
        var message = WireTest.Everything()
        row.set(&message)
        #expect(message.serialized() == row.bytes)
        #expect(try WireTest.Everything(serialized: row.bytes) == message)
    }

    @Test("a message with every field set survives a round trip, and encodes alike each time")
    func fullRoundTrip() throws {
        let message = WireTest.Everything.full
        let bytes = message.serialized()
        #expect(try WireTest.Everything(serialized: bytes) == message)
        #expect(try WireTest.Everything(serialized: bytes).serialized() == bytes)
    }

    @Test("a payload of 3 MiB and one of no byte both survive", arguments: [0, 1, 3 << 20])
    func payloads(size: Int) throws {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = TTRPCProto.Request(service: "s", method: "m", payload: payload, timeoutNano: 1)
        #expect(try TTRPCProto.Request(serialized: request.serialized()) == request)
    }

    @Test("of several bytes fields each keeps its own content")
    func severalBytesFields() throws {
        var message = WireTest.Everything()
        message.aBytes = [1, 2, 3]
        message.payloadSHA256 = [4, 5, 6]
        #expect(try WireTest.Everything(serialized: message.serialized()) == message)
        message.choice = .chosenBytes([7, 8, 9])
        #expect(try WireTest.Everything(serialized: message.serialized()) == message)
        message.payloadSHA256 = message.aBytes
        #expect(try WireTest.Everything(serialized: message.serialized()) == message)
    }

    @Test("more data than one chunk of the arena holds is encoded whole")
    func manyStrings() throws {
        var message = WireTest.Everything()
        message.strings = (0..<2000).map { "element \($0) " + String(repeating: "x", count: $0 % 97) }
        message.labels = Dictionary(uniqueKeysWithValues: (0..<500).map { ("key\($0)", "value\($0)") })
        #expect(try WireTest.Everything(serialized: message.serialized()) == message)
    }

    @Test("a NUL in a string is written as U+FFFD and cuts nothing off")
    func nulInOwnString() throws {
        let bytes = WireTest.Leaf(name: "a\0b").serialized()
        #expect(try WireTest.Leaf(serialized: bytes).name == "a\u{FFFD}b")
    }
}

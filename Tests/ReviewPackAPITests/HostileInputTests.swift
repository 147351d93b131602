import Domain
import TestTags
import Testing

@testable import ReviewPackAPI

@Suite("hostile input", .tags(.wire, .hostileInput))
struct HostileInputTests {
    @Test(
        "bytes that are no encoding are refused as malformed",
        arguments: [
            [0x10],  // a tag without its value
            [0x10, 0x80],  // a varint that goes on past the end
            [0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],  // a varint of eleven bytes
            [0x0A, 0x05, 0x61],  // a length beyond the end
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x61],  // a length of 4 GiB
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],  // a length of 2^64 - 1
            [0x13, 0x14],  // a group, which proto3 has not
            [0x15, 0x01, 0x02],  // four bytes of which two are there
            [0x80],  // half a tag
            [0x12, 0x01, 0x61],  // a string where the schema has a number
            [0x08, 0x01],  // a number where the schema has a string
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(throws: WireError.malformed(message: "wiretest.Leaf")) { try WireTest.Leaf(serialized: bytes) }
    }

    @Test(
        "text that is not UTF-8 is refused and its field named",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x61, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(text: [UInt8]) {
        let bytes = [0x0A, UInt8(text.count)] + text
        #expect(throws: WireError.invalidUTF8(field: "wiretest.Leaf.name")) { try WireTest.Leaf(serialized: bytes) }
    }

    @Test(
        "a NUL anywhere in a string is refused, not cut off",
        arguments: [[0], [0, 97], [97, 0], [97, 0, 98]] as [[UInt8]])
    func embeddedNUL(text: [UInt8]) {
        let bytes = [0x0A, UInt8(text.count)] + text
        #expect(throws: WireError.embeddedNUL(field: "wiretest.Leaf.name")) { try WireTest.Leaf(serialized: bytes) }
    }

    @Test(
        "strings in every position are checked",
        arguments: [
            ([0x62, 0x01, 0x00], "a_string"),
            ([0xBA, 0x01, 0x01, 0x00], "strings"),
            ([0xD2, 0x01, 0x03, 0x0A, 0x01, 0x00], "labels"),
            ([0xD2, 0x01, 0x03, 0x12, 0x01, 0x00], "labels"),
            ([0x82, 0x02, 0x01, 0x00], "maybe_string"),
            ([0xD2, 0x02, 0x01, 0x00], "chosen_string"),
        ] as [([UInt8], String)])
    func everyPosition(bytes: [UInt8], field: String) {
        #expect(throws: WireError.embeddedNUL(field: "wiretest.Everything.\(field)")) {
            try WireTest.Everything(serialized: bytes)
        }
    }

    @Test("40 KB of empty sub-messages, which ask for over 1 MiB of memory, are refused")
    func emptySubmessages() {
        let bytes = [[UInt8]](repeating: [0x0A, 0x00], count: 20_000).flatMap(\.self)
        let cap = WireLimits.default.memoryCap(forMessageOf: bytes.count)
        #expect(cap < 1 << 20)
        #expect(throws: WireError.memoryLimitExceeded(message: "wiretest.Bush", limit: cap)) {
            try WireTest.Bush(serialized: bytes)
        }
    }

    @Test("no message may take more than the greatest memory, and enormous limits do not overflow")
    func greatestMemory() {
        #expect(WireLimits.default.memoryCap(forMessageOf: 4 << 20) == 32 << 20)
        let boundless = WireLimits(baseMemory: .max, memoryPerByte: .max, maxMemory: 1000)
        #expect(boundless.memoryCap(forMessageOf: 2) == 1000)
    }

    @Test("many unknown fields count against the memory too")
    func unknownFieldsCount() {
        let bytes = [[UInt8]](repeating: [0xA2, 0x06, 0x00], count: 50_000).flatMap(\.self)
        #expect(throws: WireError.self) { try WireTest.Leaf(serialized: bytes) }
    }

    @Test("a page of a thousand packs stays within the default memory")
    func honestPage() throws {
        let pack = Proto.Pack(
            id: "0195f3a0-7c1e-7000-8000-000000000001", workspace: "w", tenantExternalID: "t", tenantName: "n",
            status: .ready, fingerprint: [UInt8](repeating: 1, count: 32), options: Proto.PackOptions(),
            initiator: "uid:0", createdAt: .earliest)
        let page = Proto.ListPacksResponse(packs: Array(repeating: pack, count: 1000))
        #expect(try Proto.ListPacksResponse(serialized: page.serialized()) == page)
    }

    @Test("a page of a thousand role bindings, small messages in small messages, does too")
    func honestPageOfSmallMessages() throws {
        let binding = Proto.RoleBinding(
            principal: Proto.Principal(kind: .uid(1000)), role: .viewer,
            target: Proto.BindingTarget(kind: .workspace("w")), createdAt: UnixMillis(1_772_337_906_000),
            createdBy: "uid:0")
        let page = Proto.ListRoleBindingsResponse(bindings: Array(repeating: binding, count: 1000))
        #expect(try Proto.ListRoleBindingsResponse(serialized: page.serialized()) == page)
    }

    @Test("a message longer than the limit is refused before it is looked at")
    func tooLarge() {
        let limits = WireLimits(maxMessageBytes: 3)
        #expect(throws: WireError.messageTooLarge(bytes: 4, limit: 3)) {
            try WireTest.Leaf(serialized: [0x0A, 0x02, 0x61, 0x62], limits: limits)
        }
        #expect(throws: Never.self) { try WireTest.Leaf(serialized: [0x0A, 0x01, 0x61], limits: limits) }
    }

    @Test("limits without room for anything refuse, they do not trap", arguments: [0, 1, 15, 16, 31])
    func tinyLimits(base: Int) {
        let limits = WireLimits(baseMemory: base, memoryPerByte: 0)
        #expect(throws: WireError.self) { try WireTest.Leaf(serialized: [], limits: limits) }
    }

    @Test("any change or cut of a valid message is decoded or refused")
    func mutations() {
        var random = SplitMix(state: 42)
        let original = WireTest.Everything.full.serialized()
        var (decoded, refused) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(0xFF, at: at)
                default: bytes = Array(bytes[...at])
                }
            }
            do {
                let message = try WireTest.Everything(serialized: bytes)
                #expect(try WireTest.Everything(serialized: message.serialized()).serialized() == message.serialized())
                decoded += 1
            } catch {
                refused += 1
            }
        }
        #expect(decoded > 1000)
        #expect(refused > 1000)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

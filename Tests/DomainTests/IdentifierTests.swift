import Domain
import TestTags
import Testing

@Suite("Identifiers", .tags(.access))
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

    @Test(
        "an id of every kind has the text, the bytes and the hash of its UUID",
        arguments: ["00000000-0000-0000-0000-000000000000", "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"])
    func kinds(text: String) throws {
        func check<Tag>(_ kind: ID<Tag>.Type) throws {
            let uuid = try #require(UUIDValue(text))
            let id = try #require(ID<Tag>(text.uppercased()))
            #expect(id.value == uuid && id == ID(uuid) && id == ID(high: uuid.high, low: uuid.low))
            #expect(id.description == text && "\(id)" == text)
            #expect(id.bytes == uuid.bytes && ID<Tag>(bytes: id.bytes[...]) == id)
            #expect(id.hashValue == ID<Tag>(uuid).hashValue && Set([id, ID(uuid)]).count == 1)
            #expect(MemoryLayout<ID<Tag>>.size == MemoryLayout<UUIDValue>.size)
        }
        try check(WorkspaceID.self)
        try check(TenantID.self)
        try check(TenantExternalID.self)
        try check(PackID.self)
        try check(OperationRunID.self)
        try check(AlertRuleID.self)
        try check(NotificationID.self)
        try check(RequestID.self)
    }

    @Test("an id is not read from a text that is no UUID, or from other than 16 bytes", arguments: [0, 15, 17, 36])
    func refusesID(count: Int) {
        #expect(PackID(bytes: [UInt8](repeating: 0x30, count: count)) == nil)
        #expect(PackID(String(repeating: "0", count: count)) == nil)
    }

    @Test(
        "ids are in the order of their bytes",
        arguments: [
            (PackID(high: 0, low: 1), PackID(high: 0, low: 2)), (PackID(high: 0, low: .max), PackID(high: 1, low: 0)),
            (PackID(high: 1 << 62, low: 0), PackID(high: 1 << 63, low: 0)),
        ])
    func order(lower: PackID, higher: PackID) {
        #expect(lower < higher && !(higher < lower) && !(lower < lower) && lower != higher)
        #expect(lower.bytes.lexicographicallyPrecedes(higher.bytes))
    }
}

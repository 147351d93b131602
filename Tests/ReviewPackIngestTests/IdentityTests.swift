import ReviewPackModel
import Testing

@testable import ReviewPackIngest

/// An identity as it was handed out.
struct Gathered: Hashable, CustomStringConvertible {
    var kind: IdentityKind
    var text: String
    var description: String { "\(kind): \(text)" }

    init(_ kind: IdentityKind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    init(_ kind: IdentityKind, _ bytes: UnsafeRawBufferPointer) {
        self.init(kind, String(decoding: bytes, as: UTF8.self))
    }
}

@Suite("Dictionary rules")
struct DictionaryRulesTests {
    @Test(
        "names, addresses and local parts of people are accepted",
        arguments: [
            "Adele Vance", "adele.vance@contoso.com", "adele.vance", "Zoë", "王小明", "O'Neill", "Ann Policyholder",
            "Bob Global", "Reader", "adm", "x_outlook.com#EXT#@contoso.onmicrosoft.com", "Emergency Account One",
        ])
    func accepted(text: String) { #expect(DictionaryRules.accepts(text)) }

    @Test(
        "everything else is not",
        arguments: [
            "", "  ", "Al", "é", "王明", " Jo ", "5b0d3d4c-41a9-4e9b-9b6b-0c1f8e2a7d11",
            "5B0D3D4C-41A9-4E9B-9B6B-0C1F8E2A7D11", "12345", "1.5.0", "+49 30 123456", "2026-03-01", "12:30", "99.5 %",
            "fail", "FAIL", "Acknowledged", "resolved", "critical", "check_id", "first_seen_at", "findings", "summary",
            "system", "prowler", "Exchange", "user", "Admin", "Administrator", "noreply", "Global Administrator",
            "global reader", "Privileged Role Administrator", "Directory Readers", "Guest User", "Default",
            "Conditional Access Policies", "Standard Preset Security Policy", "Custom policy 1", "policy",
            String(repeating: "n", count: 513),
        ])
    func refused(text: String) { #expect(!DictionaryRules.accepts(text)) }
}

@Suite("Gathering of identities")
struct IdentityGatheringTests {
    func gather(_ text: String, _ kind: IdentityKind) -> [Gathered] {
        var seen: [Gathered] = []
        Array(text.utf8).withUnsafeBytes { bytes in
            IdentityGathering.gather(bytes, kind) { seen.append(Gathered($0, $1)) }
        }
        return seen
    }

    func gather(record: Sample) throws -> Set<Gathered> {
        var seen: Set<Gathered> = []
        try withRecord(record) { IdentityGathering.gather(from: $0) { seen.insert(Gathered($0, $1)) } }
        return seen
    }

    @Test("an address yields its local part, and a guest's name the address that it was made from")
    func addresses() {
        #expect(
            gather("adele.vance@contoso.com", .address) == [
                Gathered(.address, "adele.vance@contoso.com"), Gathered(.localPart, "adele.vance"),
            ])
        #expect(
            gather("SMTP:adele@contoso.com", .address) == [
                Gathered(.address, "adele@contoso.com"), Gathered(.localPart, "adele"),
            ])
        #expect(
            Set(gather("zoe.oneill_outlook.com#EXT#@contoso.onmicrosoft.com", .principalName)) == [
                Gathered(.principalName, "zoe.oneill_outlook.com#EXT#@contoso.onmicrosoft.com"),
                Gathered(.localPart, "zoe.oneill_outlook.com#EXT#"), Gathered(.localPart, "zoe.oneill"),
                Gathered(.address, "zoe.oneill@outlook.com"),
            ])
        #expect(gather("info@contoso.com", .address) == [Gathered(.address, "info@contoso.com")])
        #expect(gather(" Adele Vance ", .displayName) == [Gathered(.displayName, "Adele Vance")])
        #expect(gather("@", .address).isEmpty)
    }

    @Test("a finding's resource name is gathered whatever the resource is, and its id when it has the form of an address")
    func findings() throws {
        #expect(try gather(record: nativeSample) == [Gathered(.displayName, "Adele Vance")])
        let mailbox = nativeSample.with("resource_type", .text("exchange"))
        #expect(try gather(record: mailbox) == [Gathered(.displayName, "Adele Vance")])
        let address = mailbox.with("resource_name", .text("megan@contoso.com"))
        #expect(
            try gather(record: address) == [
                Gathered(.principalName, "megan@contoso.com"), Gathered(.localPart, "megan"),
            ])
        let byID = mailbox.with("resource_uid", .text("megan@contoso.com"))
        #expect(try gather(record: byID).contains(Gathered(.principalName, "megan@contoso.com")))
        let user = resource([("uid", .text("u")), ("name", .text("User One")), ("type", .text("NotDefined"))])
        #expect(try gather(record: user) == [Gathered(.displayName, "User One")])
        let policy = resource([("uid", .text("p")), ("name", .text("CA001: Policy for admins"))])
        #expect(try gather(record: policy).isEmpty)
    }

    @Test("the joined names of merged records are gathered one by one")
    func joinedNames() throws {
        let joined = nativeSample.with("resource_name", .text("Adele Vance\\nMegan Bowen\\nGlobal Administrator"))
        #expect(
            try gather(record: joined) == [
                Gathered(.displayName, "Adele Vance"), Gathered(.displayName, "Megan Bowen"),
            ])
    }

    @Test("an initiator is gathered without its kind, our own words are not")
    func initiators() {
        var seen: [Gathered] = []
        for initiator in ["user:adele", "Megan Bowen", "system", "subject:zoe@contoso.com", ""] {
            IdentityGathering.gather(fromInitiator: initiator) { seen.append(Gathered($0, $1)) }
        }
        #expect(
            seen == [
                Gathered(.displayName, "adele"), Gathered(.displayName, "Megan Bowen"),
                Gathered(.address, "zoe@contoso.com"), Gathered(.localPart, "zoe"),
            ])
    }
}

import Domain
import TestTags
import Testing

@testable import Evidence

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

@Suite("Gathering of identities", .tags(.redaction))
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

    @Test("a finding's resource name is gathered whatever the resource is, unless it names a policy")
    func findings() throws {
        let sample = nativeSample.with("resource_uid", .text("/subscriptions/1"))
        #expect(try gather(record: sample) == [Gathered(.displayName, "Adele Vance")])
        let mailbox = sample.with("resource_type", .text("exchange"))
        #expect(try gather(record: mailbox) == [Gathered(.displayName, "Adele Vance")])
        let address = mailbox.with("resource_name", .text("megan@contoso.com"))
        #expect(
            try gather(record: address) == [Gathered(.address, "megan@contoso.com"), Gathered(.localPart, "megan")])
        let user = resource([("uid", .text("u")), ("name", .text("User One")), ("type", .text("NotDefined"))])
        #expect(try gather(record: user) == [Gathered(.displayName, "User One")])
        let policy = resource([("uid", .text("p")), ("name", .text("CA001: Policy for admins"))])
        #expect(try gather(record: policy).isEmpty)
    }

    @Test(
        "of a resource's id a name is gathered, and nothing that a machine or a scanner made",
        arguments: [
            ("megan@contoso.com", ["megan@contoso.com", "megan"]), ("Marta Lindqvist", ["Marta Lindqvist"]),
            ("Marta Lindqvist_aa40332fcb", ["Marta Lindqvist_aa40332fcb", "Marta Lindqvist"]), ("mlindq", ["mlindq"]),
            ("contoso.onmicrosoft.com/Users/Ivo Kaplan", ["Ivo Kaplan"]),
            ("CONTOSO\\\\ikap", ["CONTOSO\\ikap", "ikap"]),
            ("CN=Ivo Kaplan,OU=Sales,DC=contoso,DC=com", ["Ivo Kaplan"]),
            ("/o=ExchangeLabs/ou=Group/cn=Recipients/cn=ikaplan", ["ikaplan"]),
            ("5b0d3d4c-41a9-4e9b-9b6b-0c1f8e2a7d11", []), ("{5b0d3d4c-41a9-4e9b-9b6b-0c1f8e2a7d11}", []),
            ("/subscriptions/0a1b/resourceGroups/rg/virtualMachines/vm1", []), ("https://contoso.sharepoint.com/x", []),
            ("arn:aws:config:eu-west-1:111122223333:rule/1", []), ("conditionalAccessPolicies", []),
            ("SharePoint Settings", []), ("deviceManagement/settings", []), ("deviceManagement/other", []),
            ("lAPpYvVpN0KRkAEhdxReEJC2sEqbR_9Hr48lds9SGHI-1", []), ("9f86d081884c7d659a2feaa0c55ad015", []),
        ] as [(String, [String])])
    func resourceIDs(id: String, expected: [String]) throws {
        let sample = nativeSample.with("resource_name", nil).with("resource_uid", .text(id))
        #expect(Set(try gather(record: sample).map(\.text)) == Set(expected))
    }

    @Test("the joined names of merged records, and those that did not fit, are gathered one by one")
    func joinedNames() throws {
        let joined = nativeSample.with("resource_name", .text("Adele Vance\\nMegan Bowen\\nGlobal Administrator"))
            .with("resource_uid", nil)
        #expect(
            try gather(record: joined) == [
                Gathered(.displayName, "Adele Vance"), Gathered(.displayName, "Megan Bowen"),
            ])
    }

    @Test(
        "a value with several people yields each of them",
        arguments: [
            ("Petra Novak; Rui Costa", ["Petra Novak", "Rui Costa"]),
            ("Petra Novak, Rui Costa", ["Petra Novak", "Rui Costa"]),
            ("Petra Novak\nRui Costa\r\nSara Holm", ["Petra Novak", "Rui Costa", "Sara Holm"]),
            ("Anna von Berg, Tom de la Cruz", ["Anna von Berg", "Tom de la Cruz"]),
            ("ikap,uweiss", ["ikap", "uweiss"]),
            ("Anna, Bert, Carla", ["Anna", "Bert", "Carla"]), ("王小明; 李小龍", ["王小明", "李小龍"]),
            (
                "Marta Lindqvist <marta.l@contoso.com>",
                ["Marta Lindqvist", "marta.l@contoso.com", "marta.l"]
            ),
            (
                "\"Lindqvist, Marta\" <marta.l@contoso.com>; ikap@contoso.com",
                ["Lindqvist, Marta", "marta.l@contoso.com", "marta.l", "ikap@contoso.com", "ikap"]
            ),
            ("Marta Lindqvist (marta.l@contoso.com)", ["Marta Lindqvist", "marta.l@contoso.com", "marta.l"]),
            ("CONTOSO\\ikap", ["CONTOSO\\ikap", "ikap"]),
            ("contoso.com\\ikap | uweiss", ["contoso.com\\ikap", "ikap", "uweiss"]),
            ("i:0#.f|membership|marta.l@contoso.com", ["marta.l@contoso.com", "marta.l"]),
            ("CN=Marta Lindqvist,OU=Users,DC=contoso,DC=com", ["Marta Lindqvist"]),
            (
                "E=contact@example.org, CN=alice, OU=freelan, S=Alsace, C=FR",
                ["contact@example.org", "alice"]
            ), (#"CN=Lindqvist\, Marta,OU=Users,DC=contoso,DC=com"#, ["Lindqvist, Marta"]),
            ("contoso.onmicrosoft.com/Users/Ivo Kaplan", ["Ivo Kaplan"]),
            ("eu.outlook.com/Microsoft Exchange Hosted Organizations/contoso.com/Configuration/Malware rule", []),
            // One person, and no person at all.
            ("Lindqvist, Marta", ["Lindqvist, Marta"]), ("O'Neil (Sales)", ["O'Neil (Sales)"]),
            ("Block legacy authentication, all apps", ["Block legacy authentication, all apps"]),
            ("Anna \"The Boss\" Berg", ["Anna \"The Boss\" Berg"]),
            ("Half \"open; Other Name", ["Half \"open", "Other Name"]),
        ] as [(String, [String])])
    func composites(value: String, expected: [String]) {
        #expect(Set(gather(value, .displayName).map(\.text)) == Set(expected))
    }

    @Test("a value of a mebibyte is taken apart in time that grows with its bytes alone")
    func longValues() {
        for unit in ["a,", "A b,", "a;", "\"", "<", "\\", "CN=,", "(", "x@y.z,"] {
            let value = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
            let start = ContinuousClock.now
            _ = gather(value, .displayName)
            // A debug build takes some hundredths of a second; squares of a mebibyte would take an hour.
            #expect(start.duration(to: .now) < .seconds(20), "\(unit)")
        }
    }

    @Test("an initiator is gathered without its kind, our own words are not")
    func initiators() {
        var seen: [Gathered] = []
        for initiator in [
            "user:adele", "Megan Bowen", "system", "subject:zoe@contoso.com", "", "CONTOSO\\ikap",
            "Rui Costa <rcosta@contoso.com>",
        ] {
            IdentityGathering.gather(fromInitiator: initiator) { seen.append(Gathered($0, $1)) }
        }
        #expect(
            seen == [
                Gathered(.displayName, "adele"), Gathered(.displayName, "Megan Bowen"),
                Gathered(.address, "zoe@contoso.com"), Gathered(.localPart, "zoe"),
                Gathered(.displayName, "CONTOSO\\ikap"), Gathered(.displayName, "ikap"),
                Gathered(.displayName, "Rui Costa"), Gathered(.address, "rcosta@contoso.com"),
                Gathered(.localPart, "rcosta"),
            ])
    }
}

@Suite("Gathering from documents", .tags(.redaction))
struct IdentityScanTests {
    private func gather(_ document: String) throws -> Set<String> {
        var seen: Set<String> = []
        var validator = ReportValidator()
        try Array(document.utf8).withUnsafeBytes {
            try validator.push($0, store: { _ in }, identity: { seen.insert(String(decoding: $1, as: UTF8.self)) })
        }
        try validator.finish(store: { _ in }, identity: { seen.insert(String(decoding: $1, as: UTF8.self)) })
        return seen
    }

    @Test(
        "strings under keys that hold people are names, however the key is written",
        arguments: [
            "principal", "Principal", "requestor", "Requester", "Alias", "aliases", "identity", "displayName",
            "display_name",
            "Display Name", "DISPLAY-NAME", "assignedBy", "grantedTo", "managedBy", "delegates", "trustee",
            "sAMAccountName",
            "excludedUsers", "TargetedUsersToProtect", "NotificationRecipients", "loginName", "owners", "Members",
        ])
    func keys(key: String) throws {
        #expect(try gather("{\"\(key)\": \"Sara Holm\"}") == ["Sara Holm"])
        #expect(try gather("{\"\(key)\": [\"Sara Holm\", [\"Tom Berg\"]]}") == ["Sara Holm", "Tom Berg"])
        #expect(try gather("{\"\(key)s of what\": \"Sara Holm\"}").isEmpty)
    }

    @Test("a string that is JSON is read as JSON, three times over, and as text when it is none")
    func nested() throws {
        let members = #"[{\"displayName\": \"Carla Gomez\", \"mail\": \"cgomez@contoso.com\"}]"#
        #expect(try gather(#"{"Members": "\#(members)"}"#) == ["Carla Gomez", "cgomez@contoso.com", "cgomez"])
        #expect(try gather(#"{"data": "\#(members)"}"#) == ["Carla Gomez", "cgomez@contoso.com", "cgomez"])
        #expect(try gather(#"{"owners": "[\"Carla Gomez\", \"Tom Berg\"]"}"#) == ["Carla Gomez", "Tom Berg"])
        #expect(try gather(#"{"a": "{\"b\": \"{\\\"owner\\\": \\\"Tom Berg\\\"}\"}"}"#) == ["Tom Berg"])
        #expect(try gather(#"{"displayName": "[\"Sara\" Holm"}"#).contains("[\"Sara\" Holm"))
    }

    @Test("keys that are addresses are gathered, annotations are not")
    func addressKeys() throws {
        #expect(
            try gather(#"{"anna@contoso.com": "owner", "members@odata.count": 1}"#) == ["anna@contoso.com", "anna"])
    }

    @Test("names of roles in an answer that lists roles are no people's, those of its members are")
    func roles() throws {
        let context = "https://graph.microsoft.com/v1.0/$metadata#"
        let value = #"[{"displayName": "Tier One Helpers", "members": [{"displayName": "Tom Berg"}]}]"#
        for name in ["directoryRoles", "directoryRoles(members())", "roleManagement/directory/roleDefinitions"] {
            #expect(try gather(#"{"@odata.context": "\#(context)\#(name)", "value": \#(value)}"#) == ["Tom Berg"])
        }
        #expect(
            try gather(#"{"@odata.context": "\#(context)users", "value": \#(value)}"#)
                == ["Tier One Helpers", "Tom Berg"])
    }

    @Test("security identifiers are gathered as accounts")
    func securityIdentifiers() throws {
        let sid = "S-1-5-21-1004336348-1177238915-682003330-512"
        for key in ["onPremisesSecurityIdentifier", "securityIdentifier", "sid"] {
            #expect(try gather("{\"\(key)\": \"\(sid)\"}") == [sid])
        }
    }
}

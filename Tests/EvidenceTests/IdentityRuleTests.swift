import Domain
import Evidence
import TestTags
import Testing

@Suite("Which names may be searched for", .tags(.redaction))
struct IdentityRuleTests {
    @Test(
        "names and addresses are accepted",
        arguments: [
            "Anna", "Anna Schmidt", " Anna ", "anna.schmidt@contoso.com", "李小龍", "Ops (Berlin)", "O'Neil", "a1b",
            "Policyholder Inc", "Global Administrators of Contoso", "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b1",
            "adele.vance", "Zoë", "王小明", "Ann Policyholder", "Bob Global", "Reader", "adm", "\u{200B}Anna\u{FEFF}",
            "x_outlook.com#EXT#@contoso.onmicrosoft.com", "Emergency Account One", "S-1-5-21-1004336348-1177238915",
        ])
    func accepted(text: String) {
        #expect(IdentityRule.accepts(text))
        #expect(Array(text.utf8).withUnsafeBytes { IdentityRule.accepts($0) })
    }

    @Test(
        "what also stands for something impersonal is not",
        arguments: [
            "", "   ", "Bo", " Bo ", "李龍", "123", "12 345", "+49 151", "1.5", "-3e8", "1.2.3", "---", "…!?",
            "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10", "{7F6D1D7E-6C1C-4D0A-9D53-2F1D1A6F8B10}", "high", "Acknowledged",
            "REDACTED", "Prowler", "tenant.review_pack.generate", "global administrator", "Security Reader", "info",
            "CA001 Block policy", "POLICIES", "Service Principal", "Al", "é", "Zoe\u{301}".prefix(2).description,
            "12:30",
            "2026-03-01", "99.5 %", "\u{200B}info\u{FEFF}", "e\u{301}e\u{301}", "check_id", "first_seen_at", "noreply",
            "Directory Readers", "Guest User", "Default", "Conditional Access Policies", "conditionalAccessPolicies",
            "Standard Preset Security Policy", "Custom policy 1", "SharePoint Settings", "sharepointSettings",
        ])
    func refused(text: String) {
        #expect(!IdentityRule.accepts(text))
        #expect(!Array(text.utf8).withUnsafeBytes { IdentityRule.accepts($0) })
    }

    @Test("a public name is one in any case of its letters, and nothing longer or shorter is")
    func publicNames() {
        for name in ["Global Administrator", "GLOBAL ADMINISTRATOR", "defender xdr", "Break Glass Accounts", "prowler"]
        {
            #expect(PublicNames.contains(name), "\(name)")
            #expect(!PublicNames.contains(name + "s of Contoso"))
            #expect(!PublicNames.contains(String(name.dropLast(3))))
        }
        #expect(!PublicNames.contains(""))
        #expect(!PublicNames.contains(String(repeating: "a", count: 10_000)))
    }

    @Test(
        "a guest's principal name also holds the local part at home",
        arguments: [
            ("anna@contoso.com", "anna", nil), ("a@b@contoso.com", "a@b", nil), ("@contoso.com", nil, nil),
            ("anna", nil, nil),
            ("anna_example.org#EXT#@contoso.onmicrosoft.com", "anna_example.org#EXT#", "anna"),
            ("an_na_example.org#ext#@contoso.onmicrosoft.com", "an_na_example.org#ext#", "an_na"),
            ("_example.org#EXT#@contoso.onmicrosoft.com", "_example.org#EXT#", nil), ("#EXT#@x.org", "#EXT#", nil),
        ] as [(String, String?, String?)])
    func localParts(address: String, local: String?, home: String?) {
        let found = IdentityRule.localPart(of: address)
        #expect(found.map(String.init) == local)
        #expect(found.flatMap { IdentityRule.homeLocalPart(ofGuest: $0) }.map(String.init) == home)
    }

    @Test(
        "numbers are those of JSON, with an optional plus sign",
        arguments: [
            ("0", true), ("-1", true), ("+1.50", true), ("1e9", true), ("1E-9", true), ("", false), ("+", false),
            ("01", false),
            ("1.", false), (".5", false), ("1e", false), ("0x1F", false), ("1 2", false), ("٣", false),
        ])
    func numbers(text: String, isNumber: Bool) {
        #expect(Array(text.utf8).withUnsafeBytes { IdentityRule.isNumber($0) } == isNumber)
    }
}

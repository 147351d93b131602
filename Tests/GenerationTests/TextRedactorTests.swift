import Domain
import Evidence
import TestTags
import Testing

@testable import Generation

@Suite("Redaction of texts", .tags(.redaction))
struct TextRedactorTests {
    static let identities = [
        "Anna Schmidt", "anna.schmidt@contoso.com", "Schmidt Group", "Jörg Müller", "joerg@sub.contoso.com",
        "Strauß", "ΟΔΥΣΣΕΥΣ", "İbrahim Şahin", "IŞIK", "田中太郎", "김철수", "Zoë O’Neil",
        "x.guest_outlook.com#EXT#@contoso.onmicrosoft.com", "Bo", "12345", "Global Administrator", "prowler",
        "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10", "beef", "Redacted", "Ops (Berlin)",
    ]

    /// The text as redaction leaves it, with the token shortened to `▓` so that tables stay readable.
    static func redacted(
        _ text: String, as kind: TextKind = .tenant, identities: [String] = Self.identities
    ) throws -> String {
        var evidence = EvidenceFixture()
        evidence.identities = identities
        let dictionary = try IdentityDictionary.read(from: evidence, hashPoint: 1 << 40 + 12345)
        var redactor = TextRedactor(dictionary: dictionary)
        let count = try Array(text.utf8).withUnsafeBytes { try redactor.redact($0, as: kind) }
        let result = count == 0 ? text : String(decoding: redactor.output, as: UTF8.self)
        return result.split(separator: "[REDACTED]", omittingEmptySubsequences: false).joined(separator: "▓")
    }

    @Test(
        "names of the dictionary are found whole words only, in any case, form and width",
        arguments: [
            ("User Anna Schmidt has no MFA", "User ▓ has no MFA"),
            ("ANNA  SCHMIDT's box; anna\u{A0}schmidt", "▓'s box; ▓"),
            ("Johanna Schmidt; Anna Schmidts", "Johanna Schmidt; Anna Schmidts"),
            ("Anna Schmidt Group", "▓"),
            ("backup_anna.schmidt_old", "backup_▓_old"),
            ("Jo\u{308}rg Mu\u{308}ller / JÖRG MÜLLER", "▓ / ▓"),
            ("STRAUSS strauß", "▓ ▓"),
            ("Οδυσσεύς οδυσσευς", "Οδυσσεύς ▓"),
            ("ibrahim şahin; İBRAHİM ŞAHİN; ışık, isik", "▓; ▓; ▓, isik"),
            ("Ｊöｒｇ Ｍüｌｌｅｒ", "▓"),
            ("Zoe\u{308} O’Neil", "▓"),
            ("An\u{AD}na\u{200B} Schmidt", "▓"),
            ("報告書は田中太郎さんへ", "報告書は▓さんへ"),
            ("経理部田中太郎様", "経理部▓様"),
            ("담당자 김철수는", "담당자 ▓는"),
            ("Team: Ops (Berlin).", "Team: ▓."),
            ("x.guest_outlook.com#EXT# and x.guest", "▓ and ▓"),
            (
                "Bo, 12345, Global Administrator, prowler, redacted stay",
                "Bo, 12345, Global Administrator, prowler, redacted stay"
            ),
        ])
    func names(text: String, expected: String) throws {
        #expect(try Self.redacted(text) == expected)
    }

    @Test(
        "JSON, percent and HTML escapes are decoded once",
        arguments: [
            (#"{"name":"J\u00f6rg M\u00fcller"}"#, #"{"name":"▓"}"#),
            (#"{"name":"Anna\tSchmidt"}"#, #"{"name":"▓"}"#),
            ("?u=J%C3%B6rg%20M%C3%BCller&x=1", "?u=▓&x=1"),
            ("upn eq eve%40fabrikam.com end", "upn eq ▓ end"),
            ("Zo&#235; O&#x2019;Neil", "▓"),
            (#"x\ud83d\ude00anna.schmidt"#, #"x\ud83d\ude00▓"#),
            (#"\\u0041nna Schmidt"#, #"\\u0041nna Schmidt"#),
            ("100% Anna Schmidt %", "100% ▓ %"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try Self.redacted(text) == expected)
    }

    @Test(
        "addresses of any broad shape are replaced whole",
        arguments: [
            ("mail eve@fabrikam.com.", "mail ▓."),
            ("<mailto:o'brien@fabrikam.co.uk>", "<mailto:▓>"),
            ("'eve@fabrikam.com'", "'▓'"),
            ("O’Brien@fabrikam.com", "▓"),
            ("y_live.com#EXT#@contoso.onmicrosoft.com", "▓"),
            ("jörg@bücher.example, 李@例子.中国", "▓, ▓"),
            ("eve＠fabrikam.com", "▓"),
            ("\"eve smith\"@fabrikam.com", "▓"),
            ("EVE+tag@SUB.FABRIKAM.COM;next", "▓;next"),
            ("eve@corp", "▓"),
            ("i:0#.f|membership|eve@fabrikam.com", "i:0#.f|membership|▓"),
            ("eve@fabrikam.com,bob@fabrikam.com", "▓,▓"),
            ("package@1.2.3, @mention, a @ b, @{x=1}, x@", "package@1.2.3, @mention, a @ b, @{x=1}, x@"),
            ("6130ef0f-f490-4658-99ee-711efb8c2bea@contoso.com", "6130ef0f-f490-4658-99ee-711efb8c2bea▓"),
        ])
    func addresses(text: String, expected: String) throws {
        #expect(try Self.redacted(text) == expected)
    }

    @Test(
        "names of user folders in paths are replaced",
        arguments: [
            ("/home/eve/.ssh", "/home/▓/.ssh"),
            ("/Users/eve and more", "/Users/▓ and more"),
            (#"C:\Users\Eve Smith\Desktop"#, #"C:\Users\▓\Desktop"#),
            (#"C:\\Users\\nora\\x"#, #"C:\\Users\\▓\\x"#),
            ("file:///C:/Users/eve/x", "file:///C:/Users/▓/x"),
            (
                #"C:\Users\Public\x /Users/Shared/x %SystemDrive%\Users\%USERNAME%\x"#,
                #"C:\Users\Public\x /Users/Shared/x %SystemDrive%\Users\%USERNAME%\x"#
            ),
            (
                "https://contoso-my.sharepoint.com/personal/anna_schmidt_contoso_com/Documents/x",
                "https://contoso-my.sharepoint.com/personal/▓/Documents/x"
            ),
            ("/home/", "/home/"),
            ("/users/6130ef0f-f490-4658-99ee-711efb8c2bea", "/users/6130ef0f-f490-4658-99ee-711efb8c2bea"),
        ])
    func folders(text: String, expected: String) throws {
        #expect(try Self.redacted(text) == expected)
    }

    @Test(
        "other spellings of a known name are found",
        arguments: [
            // Surname first.
            ("by Lindqvist, Marta today", "by ▓ today"), ("LINDQVIST,MARTA", "▓"), ("lindqvist marta", "▓"),
            // Typographic apostrophes and hyphens, either way.
            ("Zoë O'Neil, Zoë O’Neil, Zoë Oʼneil", "▓"),
            ("Jean‑Luc Picard; Jean–Luc Picard; Jean-Luc Picard", "▓; ▓; ▓"),
            // Joined by something else, or by nothing.
            ("marta-lindqvist", "▓"), ("marta.lindqvist", "▓"), ("Marta_Lindqvist", "▓"), ("marta+lindqvist", "▓"),
            ("MartaLindqvist", "▓"), ("lindqvist.marta", "▓"),
            ("https://x.org/u/martalindqvist/", "https://x.org/u/▓/"),
            ("ivo kaplan", "▓"), ("Ivo-Kaplan", "▓"), ("Kaplan, Ivo", "▓"), ("ivokaplan", "▓"), ("LindqvistMarta", "▓"),
            ("Ek, Eva; EvaEk", "▓; EvaEk"),
            // References and escapes inside and around.
            ("M&uuml;ller, J&ouml;rg", "▓"), ("J&ouml;rg&nbsp;M&uuml;ller", "▓"),
            ("&laquo;Marta Lindqvist&raquo;", "&laquo;▓&raquo;"),
            (#"marta\.lindqvist\@x"#, "▓"), (#"\_Marta\_ \_Lindqvist\_"#, #"\_▓\_"#),
            ("**Marta** **Lindqvist**", "**▓**"),
            (#"Zoë O\'Neil"#, "▓"), ("`marta`_`lindqvist`", "`▓`"),
            // The mailbox form, anywhere.
            ("site /sites/marta_lindqvist_contoso_com/x", "site /sites/▓_contoso_com/x"),
            ("ivo_kaplan_contoso_com", "▓_contoso_com"),
            // Devices.
            ("MARTA-LAPTOP", "▓"), ("LINDQVIST-PC01", "▓"), ("Marta's iPhone", "▓"), ("Martas-MBP", "▓"),
            ("iPad_Marta", "▓"),
            ("Ivo’s MacBook Pro", "▓ Pro"), ("iPhone von Marta", "▓"), ("iPad de Lindqvist x", "▓ x"),
            ("DESKTOP-MARTA", "▓"),
            // Others are other names.
            ("Marta, Anna and Lindqvist", "Marta, Anna and Lindqvist"), ("Martha Lindqvist", "Martha Lindqvist"),
            ("MARTA-SERVER", "MARTA-SERVER"), ("a laptop by Marta", "a laptop by Marta"),
            ("Marta; Lindqvist", "Marta; Lindqvist"),
            ("Marta ------ Lindqvist", "Marta ------ Lindqvist"), ("Sales-Team, TeamSales", "Sales-Team, TeamSales"),
        ])
    func spellings(text: String, expected: String) throws {
        let identities = [
            "Marta Lindqvist", "ivo.kaplan@contoso.com", "Zoë O’Neil", "Jean-Luc Picard", "Jörg Müller", "Sales Team",
            "Eva Ek (Contoso)",
        ]
        #expect(try Self.redacted(text, identities: identities) == expected)
        // The final scan searches for the same, in its own way.
        var evidence = EvidenceFixture()
        evidence.identities = identities
        var probe = try FinalScanTests.probe(of: evidence)
        let finding = try Array(text.utf8).withUnsafeBytes { try probe.check(tenantText: $0) }
        #expect((finding == nil) == (text == expected))
    }

    @Test(
        "a user's folder goes whole: with spaces, escaped ones, any separators, and at the end of a text",
        arguments: [
            (#"C:\Users\Ivo Kaplan\Documents"#, #"C:\Users\▓\Documents"#),
            ("/Users/Ivo Kaplan/Library", "/Users/▓/Library"),
            ("file:///C:/Users/Ivo%20Kaplan/Desktop", "file:///C:/Users/▓/Desktop"),
            ("/Users/Ivo%20Kaplan", "/Users/▓"),
            ("contoso.onmicrosoft.com/Users/Ivo Kaplan", "contoso.onmicrosoft.com/Users/▓"),
            (#"C:\Users\Ivo Kaplan"#, #"C:\Users\▓"#), (#"at C:\Users\ivo kaplan"#, #"at C:\Users\▓"#),
            (#"C:\Users\Ivo Kaplan was found"#, #"C:\Users\▓ was found"#),
            (#"C:\Users\Ivo van der Kaplan was found"#, #"C:\Users\▓ was found"#),
            (#""C:\Users\Ivo Kaplan", next"#, #""C:\Users\▓", next"#),
            ("/home/Ivo Kaplan\nnext line", "/home/▓\nnext line"),
            (#"/home/Ivo\ Kaplan/x"#, "/home/▓/x"), (#"c:\\users\\ivo kaplan\\x"#, #"c:\\users\\▓\\x"#),
            ("%2Fhome%2Fivo%20kaplan%2Fx", "%2Fhome%2F▓%2Fx"), ("/home/o'neil/x", "/home/▓/x"),
            ("/home/ivo and /var/log", "/home/▓ and /var/log"), ("/home/ivo /var/log", "/home/▓ /var/log"),
            ("/Users/Public/x, /Users/Shared today", "/Users/Public/x, /Users/Shared today"),
            (#"C:\Users\%USERNAME%\x"#, #"C:\Users\%USERNAME%\x"#), ("/users/", "/users/"),
            ("see /home/ for it", "see /home/ for it"),
        ])
    func userFolders(text: String, expected: String) throws {
        #expect(try Self.redacted(text, identities: []) == expected)
        var probe = try FinalScanTests.probe(of: EvidenceFixture())
        let finding = try Array(text.utf8).withUnsafeBytes { try probe.check(tenantText: $0) }
        #expect((finding == nil) == (text == expected))
    }

    @Test(
        """
        telephone numbers and SIDs of accounts go by their shape; versions, requirements and addresses of \
        networks stay
        """,
        arguments: [
            ("call +49 151 2345678 now", "call ▓ now"), ("tel:+4915123456789.", "tel:▓."), ("+1 (555) 010-9999", "▓"),
            ("S-1-5-21-1004336348-1177238915-682003330-512", "▓"), ("s-1-12-1-12-34-56-78 x", "▓ x"),
            ("S-1-5-32-544, S-1-5-18", "S-1-5-32-544, S-1-5-18"), ("CIS 5.1.2.1", "CIS 5.1.2.1"),
            (
                "MS.AAD.1.1v1, 1.2.3+4567, +1.5e3, +01:00, 2026-03-01T04:05:06+01:00",
                "MS.AAD.1.1v1, 1.2.3+4567, +1.5e3, +01:00, 2026-03-01T04:05:06+01:00"
            ),
            ("from 203.0.113.7 and 2001:db8::1", "from 203.0.113.7 and 2001:db8::1"), ("0151 2345678", "0151 2345678"),
            ("+1234567", "+1234567"), ("+0049151234567", "+0049151234567"), ("C++ 12345678", "C++ 12345678"),
        ])
    func numbers(text: String, expected: String) throws {
        #expect(try Self.redacted(text, identities: []) == expected)
        var probe = try FinalScanTests.probe(of: EvidenceFixture())
        let finding = try Array(text.utf8).withUnsafeBytes { try probe.check(tenantText: $0) }
        #expect((finding == nil) == (text == expected))
    }

    @Test(
        "UUIDs stay, also where a name equals a piece of one",
        arguments: [
            ("id 7f6d1d7e-beef-4d0a-9d53-2f1d1a6f8b10", "id 7f6d1d7e-beef-4d0a-9d53-2f1d1a6f8b10"),
            ("beef 7f6d1d7e-beef-4d0a-9d53-2f1d1a6f8b10-beef", "▓ 7f6d1d7e-beef-4d0a-9d53-2f1d1a6f8b10-▓"),
        ])
    func uuids(text: String, expected: String) throws {
        #expect(try Self.redacted(text) == expected)
    }

    @Test(
        "catalogue text loses only addresses of the tenant's own domains",
        arguments: [
            ("Ask Anna Schmidt or it@contoso.com", "Ask Anna Schmidt or ▓"),
            ("see user@example.com, /home/eve", "see user@example.com, /home/eve"),
            ("a@deep.sub.contoso.com b@notcontoso.com c%40contoso.com", "▓ b@notcontoso.com ▓"),
        ])
    func catalogue(text: String, expected: String) throws {
        #expect(try Self.redacted(text, as: .catalogue) == expected)
    }

    @Test("what replacing lays bare is looked at again")
    func settles() throws {
        #expect(try Self.redacted(#"\u000aanna.schmidt"#, identities: ["anna.schmidt", "u000a"]) == #"\▓▓"#)
    }

    @Test("a text too long to look into is replaced whole")
    func tooLong() throws {
        #expect(try Self.redacted(String(repeating: "a ", count: 600_000)) == "▓")
    }

    @Test("a text made to cost too much comparing is replaced whole")
    func tooCostly() throws {
        let name = String(repeating: "ab ", count: 20_000) + "end"
        #expect(try Self.redacted(String(repeating: "ab ", count: 15_000), identities: [name]) == "▓")
    }

    @Test("bytes that are not UTF-8 do no harm")
    func invalidUTF8() throws {
        var redactor = TextRedactor(
            dictionary: try IdentityDictionary.read(from: EvidenceFixture(), hashPoint: 1 << 40))
        for bytes: [UInt8] in [
            [0xFF], [0xC3], [0xED, 0xA0, 0x80, 0x41], [0xF4, 0x90, 0x80, 0x80], [0x25, 0x43, 0x33],
        ] {
            #expect(try bytes.withUnsafeBytes { try redactor.redact($0, as: .tenant) } == 0)
        }
    }

    @Test(
        "the dictionary takes what its layout says for each kind of identity, and never more than the bound",
        arguments: [
            ("Zqxvj", 17.5), ("zqxvj@contoso.com", 27.5), ("zqxvj_x.org#EXT#@contoso.com", 37.5), ("Zqx Vjkw", 67.5),
            ("zqx.vjkw@contoso.com", 77.5), ("zqx.vjkw_x.org#EXT#@contoso.com", 87.5), ("Aa Bb Cc Dd Ee Ff", 87.5),
            // Eight words of a letter each; eighteen are too many to be searched for in parts.
            ("王小 明王 小明 王小", 97.5), ("王小明 王小明 王小明 王小明 王小明 王小明", 47.5),
            // One letter that folds to four words, one to two.
            ("\u{FDFA} \u{FDFB} aa", 62.5),
        ])
    func memory(identity: String, bytes: Double) throws {
        var evidence = EvidenceFixture()
        evidence.identities = Array(repeating: identity, count: 4000)
        let dictionary = try IdentityDictionary.read(from: evidence, hashPoint: 1 << 40)
        let each = Double(dictionary.bytes) / 4000
        #expect(each >= bytes && each < bytes + 0.1)
        #expect(bytes <= Double(IdentityTable.mostBytes))
    }

    @Test(
        "a name whose letters fold to several words is counted as those: a search ends, and the name is replaced",
        arguments: [
            ("other words, \u{FDFA} \u{FDFB} aa here", "other words, ▓ here"),
            ("aa \u{FDFA} \u{FDFB} here", "▓ here"), ("\u{FDFA} bb, aa cc", "\u{FDFA} bb, aa cc"),
        ])
    func expandingLetters(text: String, expected: String) throws {
        #expect(try Self.redacted(text, identities: ["\u{FDFA} \u{FDFB} aa"]) == expected)
    }

    @Test("a full table ends every search, and refuses what it cannot hold")
    func fullTable() throws {
        var table = IdentityTable(IdentityTable.Size(identities: 1, forms: 1, parts: 1))
        // A count of one makes five cells of each kind.
        for number in 1...UInt64(5) {
            try table.insert(part: number)
            try table.insert(entry: number + 100, firstWord: number, length: 1)
        }
        for number in 1...UInt64(20) {
            let isKnown = number <= 5
            let part = table.contains(part: number)
            let entry = table.contains(entry: number + 100)
            let words = table.contains(words: number)
            let length = table.longestEntry(firstWord: number)
            #expect(part == isKnown && entry == isKnown && !words && length == (isKnown ? 1 : 0), "\(number)")
        }
        #expect(throws: EvidenceFailure.changed) { try table.insert(part: 6) }
        #expect(throws: EvidenceFailure.changed) { try table.insert(joined: 106) }
        #expect(throws: EvidenceFailure.changed) { try table.insert(words: 6) }
        #expect(throws: EvidenceFailure.changed) { try table.insert(entry: 101, firstWord: 6, length: 1) }
        // Nothing was put in another's place.
        let entry = table.contains(entry: 101)
        let part = table.contains(part: 1)
        #expect(entry && part)
    }
}

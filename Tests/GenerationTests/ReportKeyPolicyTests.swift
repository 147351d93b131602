import Domain
import PackFormat
import TestTags
import Testing

@testable import Generation

@Suite("What a key of a report lets be seen", .tags(.redaction))
struct ReportKeyPolicyTests {
    private static func redacted(_ payload: String) throws -> String {
        var payloads = PayloadRedactor()
        let evidence = EvidenceFixture()
        let dictionary = try IdentityDictionary.read(from: evidence, hashPoint: 12345)
        var redactor = FieldRedactor(texts: TextRedactor(dictionary: dictionary))
        var out: [UInt8] = []
        let control = RenderControl()
        try Array(payload.utf8).withUnsafeBytes { try payloads.feed($0, &redactor, control) { out += $0 } }
        try payloads.finish(&redactor, control) { out += $0 }
        return String(decoding: out, as: UTF8.self)
    }

    @Test(
        "telephone numbers, addresses of machines and security identifiers go under their keys, whatever their form",
        arguments: [
            (#"{"mobilePhone":"+49 30 123456"}"#, #"{"mobilePhone":"[REDACTED]"}"#),
            (#"{"businessPhones":["+4930123456","030 1234"]}"#, #"{"businessPhones":["[REDACTED]","[REDACTED]"]}"#),
            (#"{"telephone_number":4930123456}"#, #"{"telephone_number":"[REDACTED]"}"#),
            (#"{"ipAddress":"10.0.0.1"}"#, #"{"ipAddress":"[REDACTED]"}"#),
            (#"{"IP Address":"2001:db8::1"}"#, #"{"IP Address":"[REDACTED]"}"#),
            (
                #"{"onPremisesSecurityIdentifier":"S-1-5-21-1-2-3-500"}"#,
                #"{"onPremisesSecurityIdentifier":"[REDACTED]"}"#
            ), (#"{"securityIdentifier":"S-1-12-1-5"}"#, #"{"securityIdentifier":"[REDACTED]"}"#),
            // Absent, unknown, and an id that is a UUID.
            (#"{"mobilePhone":null,"fax":""}"#, #"{"mobilePhone":null,"fax":""}"#),
            (
                #"{"sid":"7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"}"#, #"{"sid":"7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"}"#
            ),
            // The same forms are evidence elsewhere.
            (#"{"version":"5.1.2.1","requirementId":"5.1.2.1"}"#, #"{"version":"5.1.2.1","requirementId":"5.1.2.1"}"#),
            (#"{"count":4930123456,"score":"42"}"#, #"{"count":4930123456,"score":"42"}"#),
        ])
    func contacts(payload: String, expected: String) throws {
        #expect(try Self.redacted(payload) == expected)
    }

    @Test(
        "a public name stands for nobody under any key",
        arguments: ["Global Administrator", "SharePoint Settings", "conditionalAccessPolicies", "Defender XDR"])
    func publicNames(name: String) throws {
        for key in ["displayName", "target", "owner", "anything at all"] {
            let payload = "{\"\(key)\":\"\(name)\",\"members\":[\"\(name)\",\"Marta Lindqvist\"]}"
            let expected = "{\"\(key)\":\"\(name)\",\"members\":[\"\(name)\",\"[REDACTED]\"]}"
            #expect(try Self.redacted(payload) == expected)
        }
    }

    @Test(
        "roles at the top of an answer that lists roles keep their names, also those that a tenant made; members do not"
    )
    func roleLists() throws {
        let context = #""@odata.context":"https://graph.microsoft.com/v1.0/$metadata#directoryRoles(members())""#
        let value = #"[{"displayName":"Tier One Helpers","members":[{"displayName":"Marta Lindqvist"}]}]"#
        let shown = #"[{"displayName":"Tier One Helpers","members":[{"displayName":"[REDACTED]"}]}]"#
        let hidden = #"[{"displayName":"[REDACTED]","members":[{"displayName":"[REDACTED]"}]}]"#
        #expect(try Self.redacted("{\(context),\"value\":\(value)}") == "{\(context),\"value\":\(shown)}")
        #expect(try Self.redacted("{\"value\":\(value)}") == "{\"value\":\(hidden)}")
        let users = context.replacing("directoryRoles(members())", with: "users")
        #expect(try Self.redacted("{\(users),\"value\":\(value)}") == "{\(users),\"value\":\(hidden)}")
    }

    @Test("a lone surrogate that a report holds becomes U+FFFD, and keeps no pack from being made")
    func loneSurrogates() throws {
        #expect(try Self.redacted(#"{"title":"a\ud83d"}"#) == "{\"title\":\"a\u{FFFD}\"}")
        var evidence = EvidenceFixture()
        evidence.payloads[.entraAdminRoles] = #"{"title":"a\ud83d","owner":"Marta\ud83d Lindqvist"}"#
        let pack = try RenderingFixture.render(evidence, as: RenderingFixture.identity(includePII: false))
        #expect(pack[.entraAdminRoles].contains("\"title\":\"a\u{FFFD}\""))
    }
}

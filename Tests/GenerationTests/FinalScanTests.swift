import Domain
import Evidence
import TestTags
import Testing

@testable import Generation

@Suite("The final scan", .tags(.redaction))
struct FinalScanTests {
    static let identities = [
        "Anna Schmidt", "anna.schmidt@contoso.com", "Jörg Müller", "Strauß", "İbrahim Şahin", "田中太郎", "김철수",
        "x_outlook.com#EXT#@contoso.onmicrosoft.com", "xguest_outlook.com#EXT#@contoso.onmicrosoft.com", "Bo",
        "Ops (Berlin)",
    ]

    static func probe(
        of evidence: EvidenceFixture, control: RenderControl = RenderControl()
    ) throws -> TextProbe {
        let names = try EvidenceNames.gather(from: evidence, hashPoint: 1 << 45 + 11, control: RenderControl())
        return TextProbe(names, hashPoint: 1 << 45 + 11, control: control)
    }

    static func finding(in text: String, catalogue: Bool = false) throws -> TextProbe.Finding? {
        var evidence = EvidenceFixture()
        evidence.identities = identities
        var probe = try probe(of: evidence)
        return try Array(text.utf8).withUnsafeBytes {
            try catalogue ? probe.check(catalogueText: $0) : probe.check(tenantText: $0)
        }
    }

    @Test(
        "names are found in finished texts",
        arguments: [
            "User Anna Schmidt", "ANNA\u{A0}SCHMIDT's", "anna.schmidt", "Jo\u{308}rg MÜLLER", "STRAUSS",
            "ibrahim şahin",
            "報告書は田中太郎さんへ", "経理部田中太郎様", "김철수는", #"J\u00f6rg M\u00fcller"#, "J%C3%B6rg%20M%C3%BCller", "J&#246;rg Müller",
            "[REDACTED]Anna Schmidt", "ops (berlin)", "An\u{AD}na Schmidt", "xguest", "Ｊörg Müller",
        ])
    func names(text: String) throws {
        #expect(try Self.finding(in: text) == .name)
    }

    @Test(
        "addresses are found in finished texts",
        arguments: [
            "eve@fabrikam.com", "eve＠fabrikam.com", "eve%40fabrikam.com", #"eve\u0040fabrikam.com"#, "李@例子.中国",
            "y_live.com#EXT#@x.org", "eve@corp",
        ])
    func addresses(text: String) throws {
        #expect(try Self.finding(in: text) == .address)
    }

    @Test(
        "harmless texts pass",
        arguments: [
            "Johanna Schmidt", "Annas", "Bo", "[REDACTED]@contoso.com", "[REDACTED-12]", "package@1.2.3", "@mention",
            "a @ b",
            "Anna [REDACTED] Schmidt", "", "%", "\\", "&", "&#;", "%C3", #"\ud800"#,
        ])
    func harmless(text: String) throws {
        #expect(try Self.finding(in: text) == nil)
    }

    @Test("catalogue text may hold names and foreign addresses, but none of the tenant's domains")
    func catalogue() throws {
        #expect(try Self.finding(in: "Anna Schmidt, user@example.com, a@notcontoso.com", catalogue: true) == nil)
        #expect(try Self.finding(in: "x@contoso.com", catalogue: true) == .address)
        #expect(try Self.finding(in: "x@mail.contoso.com", catalogue: true) == .address)
    }

    @Test(
        "whatever field redaction forgets, the scan refuses the pack",
        arguments: [
            { $0.findings[0].detail = "by Anna Schmidt" }, { $0.findings[0].statusReason = "eve@fabrikam.com" },
            { $0.findings[0].resourceID = "anna.schmidt" }, { $0.findings[0].source = "Anna Schmidt" },
            { $0.findings[0].title = "ask it@contoso.com" }, { $0.findings[0].checkID = "it@contoso.com" },
            { $0.hardeningSettings = HardeningSettings(warnings: ["Anna Schmidt"]) },
            { $0.hardeningSettings = HardeningSettings(canaryResults: [.init(name: "Anna Schmidt", result: "")]) },
            { $0.payloads[.entraAdminRoles] = #"{"a":[{"b":"J\u00f6rg Müller"}]}"# },
            { $0.payloads[.permissionPosture] = #"{"Anna Schmidt":1}"# },
            { $0.freshness = [SourceFreshness(source: "prowler", toolVersion: "Anna Schmidt")] },
            {
                $0.operations = [
                    OperationRecord(
                        id: OperationRunID(high: 1, low: 1), type: .importReport, status: .running,
                        initiator: "user:anna.schmidt", startedAt: RenderingFixture.identity.generatedAt)
                ]
            },
        ] as [@Sendable (inout EvidenceFixture) -> Void])
    func refuses(change: @Sendable (inout EvidenceFixture) -> Void) throws {
        var evidence = EvidenceFixture()
        evidence.identities = Self.identities
        evidence.findings = [EvidenceFixture.Finding()]
        let identity = RenderingFixture.identity(includePII: false)
        let careless = PackRenderer(
            compressionThreads: 1, spoolDirectory: "/tmp", compressionLevel: 6, fault: .redactionSkipped)
        // Without the change there is nothing to find.
        _ = try RenderingFixture.render(evidence, as: identity, with: careless)
        change(&evidence)
        let error = try #require(throws: RenderError.self) {
            try RenderingFixture.render(evidence, as: identity, with: careless)
        }
        #expect(error.reason == .redactionIncomplete)
        #expect(!"\(error)".contains("Schmidt") && !"\(error)".contains("@"))
        // What redaction does not forget passes.
        _ = try RenderingFixture.render(evidence, as: identity)
    }

    @Test("a name that equals our own words does not refuse every pack")
    func ownWords() throws {
        var evidence = PackRendererTests.smallTenant
        evidence.identities += [
            "REDACTED", "schema", "Prowler", "reviewpack", "see [REDACTED", "u000a", "entra", "contoso", "payload",
            "high",
        ]
        evidence.findings[0].detail = #"see Anna Schmidt \u000aanna.schmidt"#
        _ = try RenderingFixture.render(evidence, as: RenderingFixture.identity(includePII: false))
    }
}

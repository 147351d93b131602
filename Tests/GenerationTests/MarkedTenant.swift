import Domain
import Evidence
import Generation

/// A tenant whose every string field is personal data with the mark `zqx` in it, and whose UUIDs must survive.
enum MarkedTenant {
    static let mark = "zqx"
    static let uuid = "ace08ec9-aa11-4ada-9145-addf0398233e"

    /// Names are in the dictionary, as the store gathers them from structured fields; what else is marked is found by
    /// rule.
    static let identities = [
        "Zqx Müller", "ZQX-Dept (North)", "zqxanna@contoso.com", "zqxguest_example.org#EXT#@contoso.onmicrosoft.com",
        "zqxo'neil@contoso.com", "李 Zqx 小龍",
    ]

    /// Each kind of personal data in one text, in many disguises.
    static let text = """
        Zqx Müller, ZQX MU\u{308}LLER, zqx%20m%C3%BCller, {"n":"Zqx M\\u00fcller"}; zqx-dept (north): \
        zqxanna@contoso.com, zqxanna, zqxguest, ZQXGUEST_example.org#EXT#@contoso.onmicrosoft.com, zqxo&#39;neil, \
        stranger.zqx@elsewhere.example, O’Brien-ｚｑｘ＠bücher.example, 李 Zqx 小龍さん, /home/zqx/x /Users/Zqx.M \
        C:\\Users\\Zqx M\\Desktop \(uuid)
        """

    static let catalogue = "write to zqx.support@contoso.com or zqx@mail.contoso.com (\(uuid))"

    static var evidence: EvidenceFixture {
        var evidence = EvidenceFixture()
        var finding = EvidenceFixture.Finding()
        finding.source = "zqxanna@contoso.com"
        finding.sourceVersion = "1.0 Zqx Müller"
        finding.checkID = "zqx.check@contoso.com"
        finding.checkVersion = text
        finding.title = catalogue
        finding.statusReason = text
        finding.resourceType = "Zqx Müller"
        finding.resourceID = text
        finding.resourceName = "Laptop of Zqxandra\nZqx Nobody Gathered"
        finding.description = catalogue
        finding.detail = text + " seen on laptop of zqxandra, " + "zqx nobody  gathered"
        finding.remediation = catalogue
        var other = EvidenceFixture.Finding()
        other.resourceID = uuid
        other.resourceName = uuid
        evidence.findings = [finding, other]
        evidence.hardeningSettings = HardeningSettings(
            scopeMode: text, canaryResults: [.init(name: "zqxanna", result: text), .init(name: text, result: "ok")],
            warnings: [text, text])
        evidence.payloads = [.entraAdminRoles: report, .permissionPosture: "[\(quoted(text)), \"zqx\", {}]"]
        evidence.operations = [
            OperationRecord(
                id: OperationRunID(high: 1, low: 2), type: OperationType(rawValue: text), status: .completed,
                outcome: .failed, reasonCode: text, initiator: "subject:zqx somebody",
                startedAt: RenderingFixture.identity.generatedAt, context: #"{"by":"zqx"}"#)
        ]
        evidence.freshness = [SourceFreshness(source: text, toolVersion: text, lastRunID: text)]
        evidence.identities = identities
        return evidence
    }

    static var identity: PackIdentity {
        var identity = RenderingFixture.identity(includePII: false)
        identity.initiator = "user:zqx"
        identity.onBehalfOf = "zqx@elsewhere.example"
        return identity
    }

    private static var report: String {
        """
        {"@odata.context": \(quoted(text)), "value": [{"id": "\(uuid)", "principal": {"displayName": "zqx unknown",
        "members@odata.count": 3, "zqxanna": 1, "ZQX M\\u00dcLLER": {"title": \(quoted(text))}, "who": ["zqx", ["zqx"]],
        "count": 12.50, "isAdmin": true, "nothing": null, "since": "2026-03-01T04:05:06Z", "flag": "true",
        "n": "-1.5e3"}}]}
        """
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

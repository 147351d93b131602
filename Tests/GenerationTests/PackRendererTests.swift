import Bytes
import Crypto
import Domain
import Evidence
import PackFormat
import TestTags
import Testing

@testable import Generation

@Suite("Rendering a pack", .tags(.packs))
struct PackRendererTests {
    /// A small tenant with something in every file.
    static let smallTenant: EvidenceFixture = {
        var evidence = EvidenceFixture()
        var first = EvidenceFixture.Finding()
        first.resourceName = "Anna Schmidt"
        first.detail = "User \"Anna Schmidt\" has no MFA,\r\nask anna.schmidt@contoso.com"
        first.remediation = "=HYPERLINK(\"x\")"
        var second = EvidenceFixture.Finding()
        second.fingerprint = String(repeating: "0b", count: 32)
        second.severity = .low
        second.result = .muted
        second.status = .acknowledged
        second.statusReason = "-5"
        second.occurrences = 12
        second.lastSeenAt = UnixMillis(second.firstSeenAt.rawValue + 70)
        evidence.findings = [first, second]
        evidence.hardeningSettings = HardeningSettings(
            scopeMode: "strict", lastCheckedAt: EvidenceFixture.Finding.march,
            canaryResults: [.init(name: "mail", result: "blocked")], warnings: ["ask anna.schmidt@contoso.com"])
        evidence.payloads[.entraAdminRoles] = #"{"value":[{"principal":{"displayName":"Anna Schmidt","id":1.50}}]}"#
        evidence.operations = [
            OperationRecord(
                id: OperationRunID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0030), type: .importFindings,
                status: .completed, outcome: .failed, reasonCode: "bad_record", initiator: "user:alice",
                startedAt: UnixMillis(rfc3339: "2026-03-01T05:00:00Z") ?? UnixMillis(0),
                finishedAt: UnixMillis(rfc3339: "2026-03-01T05:00:01.5Z"))
        ]
        evidence.freshness = [
            SourceFreshness(
                source: "prowler", toolVersion: "5.46.0", lastRunID: "run-7", lastRunAt: EvidenceFixture.Finding.march,
                lastImportedAt: EvidenceFixture.Finding.march, checksEvaluated: 3, passed: 1, failed: 2)
        ]
        evidence.identities = ["Anna Schmidt", "anna.schmidt@contoso.com"]
        return evidence
    }()

    @Test("findings.csv holds the nineteen columns, quoted and neutralised")
    func findings() throws {
        let pack = try RenderingFixture.render(Self.smallTenant)
        let a = String(repeating: "0a", count: 32)
        let b = String(repeating: "0b", count: 32)
        #expect(
            pack[.findings] == """
                fingerprint,source,source_version,check_id,check_version,title,severity,result,status,status_reason,\
                resource_type,resource_id,resource_name,occurrences,first_seen_at,last_seen_at,\
                description,detail,remediation\r
                \(a),prowler,5.46.0,entra_users_mfa_enabled,,Users have MFA enabled,high,fail,open,,\
                User,ace08ec9-aa11-4ada-9145-addf0398233e,Anna Schmidt,1,2026-03-01T04:05:06Z,2026-03-01T04:05:06Z,,\
                "User ""Anna Schmidt"" has no MFA,\r
                ask anna.schmidt@contoso.com","'=HYPERLINK(""x"")"\r
                \(b),prowler,5.46.0,entra_users_mfa_enabled,,Users have MFA enabled,low,muted,acknowledged,-5,\
                User,ace08ec9-aa11-4ada-9145-addf0398233e,,12,2026-03-01T04:05:06Z,2026-03-01T04:05:06.070Z,,,\r

                """)
    }

    @Test("operations.csv lists the runs of the window, or holds its header line alone")
    func operations() throws {
        let header = "id,type,status,outcome,reason_code,initiator,started_at,finished_at,imported\r\n"
        #expect(
            try RenderingFixture.render(Self.smallTenant)[.operations] == header
                + "01900000-0000-7000-8000-000000000030,tenant.findings.import,completed,failed,bad_record,user:alice,"
                + "2026-03-01T05:00:00Z,2026-03-01T05:00:01.500Z,no\r\n")
        var brought = Self.smallTenant
        brought.operations[0].isImported = true
        #expect(try RenderingFixture.render(brought)[.operations].hasSuffix("Z,yes\r\n"))
        let excluded = RenderingFixture.identity(includeOperations: false)
        #expect(try RenderingFixture.render(Self.smallTenant, as: excluded)[.operations] == header)
        var later = RenderingFixture.identity
        later.generatedAt = later.generatedAt.advanced(byDays: 31)
        #expect(try RenderingFixture.render(Self.smallTenant, as: later)[.operations] == header)
        var own = RenderingFixture.identity
        own.operationRunID = Self.smallTenant.operations[0].id
        #expect(try RenderingFixture.render(Self.smallTenant, as: own)[.operations] == header)
    }

    @Test("hardening.json holds the five fields")
    func hardening() throws {
        #expect(
            try RenderingFixture.render(Self.smallTenant)[.hardening] == """
                {
                  "schema": "reviewpack.hardening/1",
                  "scope_mode": "strict",
                  "last_checked_at": "2026-03-01T04:05:06Z",
                  "last_setup_at": null,
                  "canary_results": {
                    "mail": "blocked"
                  },
                  "warnings": [
                    "ask anna.schmidt@contoso.com"
                  ]
                }

                """)
    }

    @Test("a report stands with its payload's bytes as they came, an absent one as an empty document")
    func reports() throws {
        let pack = try RenderingFixture.render(Self.smallTenant)
        #expect(
            pack[.entraAdminRoles] == """
                {
                  "schema": "reviewpack.report/1",
                  "type": "entra.admin_roles",
                  "present": true,
                  "fingerprint": "\(EvidenceFixture.digest(Self.smallTenant.payloads[.entraAdminRoles] ?? ""))",
                  "measured_at": "2026-03-01T04:05:06Z",
                  "payload": {"value":[{"principal":{"displayName":"Anna Schmidt","id":1.50}}]}
                }

                """)
        #expect(
            pack[.permissionPosture] == """
                {
                  "schema": "reviewpack.report/1",
                  "type": "permission_posture",
                  "present": false,
                  "fingerprint": null,
                  "measured_at": null,
                  "payload": null
                }

                """)
    }

    @Test("summary.json counts what findings.csv lists, and says how fresh each source is")
    func summary() throws {
        #expect(
            try RenderingFixture.render(Self.smallTenant)[.summary] == """
                {
                  "schema": "reviewpack.summary/1",
                  "tenant": {
                    "id": "01900000-0000-7000-8000-000000000002",
                    "external_id": "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10",
                    "name": "Contoso Ltd"
                  },
                  "generated_at": "2026-03-03T01:06:40Z",
                  "findings": {
                    "total": 2,
                    "by_status": {
                      "open": 1,
                      "acknowledged": 1
                    },
                    "by_severity": {
                      "critical": 0,
                      "high": 1,
                      "medium": 0,
                      "low": 1,
                      "informational": 0,
                      "unknown": 0
                    }
                  },
                  "sources": [
                    {
                      "source": "prowler",
                      "tool_version": "5.46.0",
                      "last_run_id": "run-7",
                      "last_run_at": "2026-03-01T04:05:06Z",
                      "checks_evaluated": 3,
                      "passed": 1,
                      "failed": 2,
                      "manual": 0,
                      "error": 0
                    }
                  ],
                  "data_freshness": [
                    {
                      "source": "prowler",
                      "measured_at": "2026-03-01T04:05:06Z",
                      "imported_at": "2026-03-01T04:05:06Z",
                      "age_seconds": 162094
                    }
                  ],
                  "reports": {
                    "entra.admin_roles": {
                      "present": true,
                      "fingerprint": "\(EvidenceFixture.digest(Self.smallTenant.payloads[.entraAdminRoles] ?? ""))",
                      "measured_at": "2026-03-01T04:05:06Z"
                    },
                    "permission_posture": {
                      "present": false,
                      "fingerprint": null,
                      "measured_at": null
                    }
                  },
                  "hardening": {
                    "present": true
                  },
                  "operations": {
                    "included": true,
                    "total": 1
                  }
                }

                """)
    }

    @Test("metadata.json names the pack, how it was made, and the digests of the six other files")
    func metadata() throws {
        let pack = try RenderingFixture.render(Self.smallTenant)
        var files: [String] = []
        for file in PackFile.allCases where file != .metadata {
            let text = pack[file]
            let rows =
                switch file {
                case .findings: "\n      \"rows\": 2,"
                case .operations: "\n      \"rows\": 1,"
                default: ""
                }
            files.append(
                """
                    {
                      "name": "\(file.name)",
                      "size": \(text.utf8.count),\(rows)
                      "sha256": "\(EvidenceFixture.digest(text))"
                    }
                """)
        }
        #expect(
            pack[.metadata] == """
                {
                  "schema": "reviewpack.metadata/1",
                  "pack_id": "01900000-0000-7000-8000-000000000010",
                  "operation_run_id": "01900000-0000-7000-8000-000000000020",
                  "workspace": {
                    "id": "01900000-0000-7000-8000-000000000001",
                    "name": "contoso"
                  },
                  "tenant": {
                    "id": "01900000-0000-7000-8000-000000000002",
                    "external_id": "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10",
                    "name": "Contoso Ltd"
                  },
                  "options": {
                    "include_pii": true,
                    "include_operations": true,
                    "operations_window_days": 30
                  },
                  "fingerprint": "\(EvidenceFixture.digest("fixture true true Contoso Ltd"))",
                  "previous_fingerprint": null,
                  "generated_at": "2026-03-03T01:06:40Z",
                  "expires_at": "2026-06-01T01:06:40Z",
                  "initiator": "user:alice",
                  "on_behalf_of": null,
                  "generator": {
                    "name": "reviewpack",
                    "version": "0.1.0",
                    "zlib": "\(Self.zlib(in: pack[.metadata]))",
                    "compression_level": 6
                  },
                  "csv": {
                    "format": "RFC 4180, UTF-8 without byte order mark, CRLF",
                    "escaping": "\(MetadataFile.escapingRule)"
                  },
                  "finding_identity": {
                    "version": 2,
                    "rule": "HMAC-SHA256 under a secret key of the tenant, over tool, check id and resource id; \
                without a resource id its name, without both the finding's own id; of a native finding over source \
                and uid"
                  },
                  "redaction": {
                    "applied": false,
                    "replacements": {
                      "findings.csv": 0,
                      "hardening.json": 0,
                      "metadata.json": 0,
                      "operations.csv": 0,
                      "reports/entra_admin_roles.json": 0,
                      "reports/permission_posture.json": 0,
                      "summary.json": 0
                    }
                  },
                  "files": [
                \(files.joined(separator: ",\n"))
                  ]
                }

                """)
    }

    /// The version is the machine's; that it is one is all that can be expected.
    private static func zlib(in metadata: String) -> Substring {
        let version = metadata.split(separator: "\"zlib\": \"").last?.split(separator: "\"").first ?? ""
        return version.first?.isNumber == true ? version : "a version"
    }

    @Test("a tenant without any data gets seven explicit, empty documents")
    func emptyTenant() throws {
        for includePII in [true, false] {
            let identity = RenderingFixture.identity(includePII: includePII)
            let pack = try RenderingFixture.render(EvidenceFixture(), as: identity)
            #expect(pack.members.count == 7)
            #expect(pack[.findings].utf8.split(separator: 0x0A).count == 1)
            #expect(pack[.operations].utf8.split(separator: 0x0A).count == 1)
            #expect(pack[.hardening].contains("\"scope_mode\": null"))
            #expect(pack[.hardening].contains("\"canary_results\": {}"))
            #expect(pack[.entraAdminRoles].contains("\"present\": false"))
            #expect(pack[.summary].contains("\"total\": 0"))
            var summary = PackSummary()
            // The initiator in metadata.json.
            summary.redactions = includePII ? 0 : 1
            #expect(pack.pack.summary == summary)
        }
    }

    @Test("what is returned describes the archive's bytes")
    func digests() throws {
        var evidence = Self.smallTenant
        evidence.payloads[.permissionPosture] = EvidenceFixture.incompressibleString(bytes: 3 << 20)
        let rendered = try RenderingFixture.render(evidence)
        #expect(rendered.pack.size == Int64(rendered.archive.count))
        #expect(rendered.pack.sha256.bytes == Array(SHA256.hash(data: rendered.archive)))
        let blocks = stride(from: 0, to: rendered.archive.count, by: RenderedPack.blockSize).map {
            Array(SHA256.hash(data: rendered.archive[$0..<min($0 + RenderedPack.blockSize, rendered.archive.count)]))
        }
        #expect(rendered.pack.blockDigests.map(\.bytes) == blocks)
        #expect(blocks.count > 1)
        #expect(try rendered.pack.fingerprint == evidence.fingerprint(options: PackOptions()))
        #expect(rendered.pack.summary.findings == 2)
        #expect(rendered.pack.summary.operations == 1)
    }

    @Test("a payload's byte order mark is not carried into the document")
    func byteOrderMark() throws {
        var evidence = EvidenceFixture()
        evidence.payloads[.permissionPosture] = "\u{FEFF}[1]"
        for includePII in [true, false] {
            let identity = RenderingFixture.identity(includePII: includePII)
            #expect(
                try RenderingFixture.render(evidence, as: identity)[.permissionPosture].contains("\"payload\": [1]\n"))
        }
    }
}

import Domain
import PackFormat
import TestTags
import Testing

@testable import Generation

@Suite("A pack without personal data", .tags(.redaction))
struct RedactedPackTests {
    @Test("no marked value survives in any file, whatever field it stood in")
    func nothingMarkedSurvives() throws {
        let pack = try RenderingFixture.render(MarkedTenant.evidence, as: MarkedTenant.identity)
        for (name, content) in pack.members {
            let lines = content.split(separator: "\n").filter { $0.lowercased().contains(MarkedTenant.mark) }
            #expect(lines.isEmpty, "\(name)")
        }
    }

    @Test("the marks are all there when personal data is included")
    func everythingMarkedIsRendered() throws {
        var identity = MarkedTenant.identity
        identity.options.includePII = true
        let pack = try RenderingFixture.render(MarkedTenant.evidence, as: identity)
        for (name, content) in pack.members { #expect(content.lowercased().contains(MarkedTenant.mark), "\(name)") }
        #expect(pack.pack.summary.redactions == 0)
    }

    @Test("UUIDs, numbers, booleans and times survive")
    func neutralValuesSurvive() throws {
        let pack = try RenderingFixture.render(MarkedTenant.evidence, as: MarkedTenant.identity)
        #expect(pack[.findings].ranges(of: MarkedTenant.uuid).count == 4 + 3 + 2)
        #expect(pack[.hardening].contains(MarkedTenant.uuid))
        let report = pack[.entraAdminRoles]
        #expect(report.contains(#""id":"\#(MarkedTenant.uuid)""#))
        #expect(report.contains(#""members@odata.count":3"#))
        #expect(
            report.contains(
                #""count":12.50,"isAdmin":true,"nothing":null,"since":"2026-03-01T04:05:06Z","#
                    + #""flag":"true","n":"-1.5e3""#
            ))
    }

    @Test("keys that hold personal data are numbered, each once in its file")
    func keysAreNumbered() throws {
        let pack = try RenderingFixture.render(MarkedTenant.evidence, as: MarkedTenant.identity)
        #expect(pack[.entraAdminRoles].contains(#""[REDACTED-1]":1,"[REDACTED-2]":{"title":"#))
        #expect(pack[.hardening].contains(#""[REDACTED-1]": "#))
        #expect(pack[.hardening].contains(#""[REDACTED-2]": "ok""#))
    }

    @Test("metadata.json counts the replacements of each file, its own included")
    func countsAreTrue() throws {
        let pack = try RenderingFixture.render(MarkedTenant.evidence, as: MarkedTenant.identity)
        var counts: [PackFile: Int] = [:]
        for file in PackFile.allCases {
            let count = pack[file].ranges(of: "[REDACTED").count
            counts[file] = count
            #expect(pack[.metadata].contains("\"\(file.name)\": \(count)"))
        }
        #expect(counts[.metadata] == 2)
        #expect(pack.pack.summary.redactions == Int64(counts.values.reduce(0, +)))
    }

    @Test(
        "a report's strings are shown only under keys of the list",
        arguments: [
            (#"{"id":"abc","displayName":"abc"}"#, #"{"id":"abc","displayName":"[REDACTED]"}"#),
            (
                #"{"Principal_ID":"abc","principal-id":"x","note":""}"#,
                #"{"Principal_ID":"abc","principal-id":"x","note":""}"#
            ),
            (
                #"{"roleDefinition":{"displayName":"Global Reader"},"principal":{"displayName":"Bo"}}"#,
                #"{"roleDefinition":{"displayName":"Global Reader"},"principal":{"displayName":"[REDACTED]"}}"#
            ),
            (
                #"{"roles":[{"name":"R1"}],"scopes":["a",["b"]],"tags":["a"]}"#,
                #"{"roles":[{"name":"R1"}],"scopes":["a",["b"]],"tags":["[REDACTED]"]}"#
            ),
            (#"["top",7,{"x":"2026-01-01T00:00:00+01:00"}]"#, #"["[REDACTED]",7,{"x":"2026-01-01T00:00:00+01:00"}]"#),
            (#"{"status":"seen by Anna Schmidt"}"#, #"{"status":"seen by [REDACTED]"}"#),
            (#"{"phone":"+49 151 23","pin":"0123","n":"12"}"#, #"{"phone":"[REDACTED]","pin":"[REDACTED]","n":"12"}"#),
            (
                #"{"anna.schmidt@odata.type":1,"a@odata.type":2,"eve@x.org":3}"#,
                #"{"[REDACTED-1]":1,"a@odata.type":2,"[REDACTED-2]":3}"#
            ),
            (#"{"status":"a\u0007b\"c\\"}"#, #"{"status":"a\u0007b\"c\\"}"#),
            (
                #" [ 1e5 , -0.0 , 12345678901234567890123 , true , null ] "#,
                "[1e5,-0.0,12345678901234567890123,true,null]"
            ),
        ])
    func reportKeys(payload: String, expected: String) throws {
        var evidence = EvidenceFixture()
        evidence.identities = ["Anna Schmidt", "anna.schmidt@contoso.com"]
        evidence.payloads[.permissionPosture] = payload
        for piece in [1, 7, 1 << 20] {
            evidence.payloadPiece = piece
            let identity = RenderingFixture.identity(includePII: false)
            let document = try RenderingFixture.render(evidence, as: identity)[.permissionPosture]
            #expect(document.contains("\"payload\": \(expected)\n"))
        }
    }

    @Test(
        "the resource's name is replaced whole unless it names nobody, and not repeated in its row",
        arguments: [
            ("Bo", "[REDACTED]", "Bo is short; MyBo and Bos too"),
            ("Laptop 7", "[REDACTED]", "[REDACTED] is short; MyLaptop 7 and Laptop 7s too"),
            ("Global Reader", "Global Reader", "Global Reader is short; MyGlobal Reader and Global Readers too"),
            ("CA001 policy", "CA001 policy", "CA001 policy is short; MyCA001 policy and CA001 policys too"),
            ("", "", " is short; My and s too"),
        ])
    func resourceNames(name: String, cell: String, detail: String) throws {
        var evidence = EvidenceFixture()
        var finding = EvidenceFixture.Finding()
        finding.resourceName = name
        finding.detail = "\(name) is short; My\(name) and \(name)s too"
        var other = finding
        other.resourceName = ""
        evidence.findings = [finding, other]
        let rows = try RenderingFixture.render(evidence, as: RenderingFixture.identity(includePII: false))[.findings]
            .split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows[1][12] == cell)
        #expect(rows[1][17] == detail)
        // In another row it is a name of the tenant's data all the same.
        #expect(rows[2][17] == detail)
    }
}

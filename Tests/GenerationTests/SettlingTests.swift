import Domain
import PackFormat
import TestTags
import Testing

@testable import Generation

/// What stands in a structured field, and how the first finding's text repeats it.
struct UngatheredName: Sendable {
    var detail: String
    var change: @Sendable (inout EvidenceFixture) -> Void
}

extension UngatheredName {
    static let all = [
        UngatheredName(detail: "by Marta Lindqvist") { $0.findings[1].resourceName = "x\nMarta Lindqvist" },
        UngatheredName(detail: "by Lindqvist  Marta") { $0.findings[1].resourceName = "Marta Lindqvist" },
        UngatheredName(detail: "by marta.l") { $0.findings[1].resourceID = "marta.l@contoso.com" },
        UngatheredName(detail: "by marta_lindqvist") { $0.findings[1].resourceID = "Marta Lindqvist" },
        UngatheredName(detail: "by martal") {
            $0.payloads[.entraAdminRoles] = #"{"m":[{"userPrincipalName":"martal@contoso.com"}]}"#
        },
        UngatheredName(detail: "by Marta Lindqvist") {
            $0.payloads[.permissionPosture] = #"{"owners":[{"displayName":"Marta Lindqvist"}]}"#
        },
        UngatheredName(detail: "by Lindqvist") { $0.payloads[.permissionPosture] = #"{"surname":["Lindqvist"]}"# },
    ]
}

@Suite("What the final scan finds", .tags(.redaction))
struct SettlingTests {
    private static func settled(_ text: String, as kind: TextKind = .tenant) throws -> String {
        var settler = CellSettler(try FinalScanTests.probe(of: evidence))
        let count = try Array(text.utf8).withUnsafeBytes { try settler.settle($0, as: kind) }
        return count == 0 ? text : String(decoding: settler.output, as: UTF8.self).replacing("[REDACTED]", with: "▓")
    }

    private static var evidence: EvidenceFixture {
        var evidence = EvidenceFixture()
        evidence.identities = ["Marta Lindqvist", "ivo@contoso.com"]
        return evidence
    }

    @Test(
        "is replaced by words, and looked for again",
        arguments: [
            ("nothing here", "nothing here"), ("by Marta Lindqvist and others", "by ▓ and others"),
            ("Marta Lindqvist", "▓"), ("a\nMarta Lindqvist\nb ivo c", "a\n▓\nb ▓ c"),
            ("(marta lindqvist), eve@x.org; /home/eve", "▓ ▓ ▓"),
            ("Marta%20Lindqvist ok", "▓ ok"),
        ])
    func places(text: String, expected: String) throws {
        #expect(try Self.settled(text) == expected)
    }

    @Test("goes with the whole cell when it is in more places than are tried")
    func tooMany() throws {
        let text = Array(repeating: "ivo x", count: CellSettler.rounds).joined(separator: " ")
        #expect(try Self.settled(text) == Array(repeating: "▓ x", count: CellSettler.rounds).joined(separator: " "))
        #expect(try Self.settled(text + " ivo x") == "▓")
    }

    @Test(
        """
        goes with the whole cell when that is long, so that narrowing it down costs no more than scanning \
        it some times
        """
    )
    func tooLong() throws {
        let text = String(repeating: "x ", count: 200_000)
        #expect(try Self.settled(text + "ivo " + text + "ivo") == "▓")
        #expect(try Self.settled(text).count == 400_000)
    }

    @Test("of a catalogue text are the tenant's own addresses")
    func catalogue() throws {
        #expect(try Self.settled("Marta Lindqvist, it@contoso.com", as: .catalogue) == "Marta Lindqvist, ▓")
    }

    /// Renders without personal data; says how often a snapshot was asked for, and how far each one went.
    private func render(_ evidence: EvidenceFixture) throws -> (RenderingFixture, [RenderControl.Phase]) {
        var phases: [RenderControl.Phase] = []
        let fixture = try RenderingFixture.withUnnamedFile { file in
            let control = RenderControl()
            let identity = RenderingFixture.identity(includePII: false)
            let pack = try RenderingFixture.renderer().render(as: identity, to: file, control: control) { draft in
                defer { phases.append(control.phase) }
                return try draft(evidence)
            }
            return try RenderingFixture(pack, in: file)
        }
        return (fixture, phases)
    }

    @Test("is looked for behind the end of the snapshot")
    func snapshot() throws {
        let (pack, phases) = try render(MarkedTenant.evidence)
        #expect(phases == [.sealing])
        #expect(!pack[.findings].lowercased().contains(MarkedTenant.mark))
    }

    @Test("in stored data that nobody gathered is replaced in a second rendering", arguments: UngatheredName.all)
    func ungathered(data: UngatheredName) throws {
        var evidence = EvidenceFixture()
        evidence.findings = [EvidenceFixture.Finding(), EvidenceFixture.Finding()]
        evidence.findings[0].detail = data.detail
        #expect(try render(evidence).0[.findings].contains(data.detail))
        data.change(&evidence)
        let (pack, phases) = try render(evidence)
        #expect(phases.count == 2)
        for (name, content) in pack.members {
            #expect(!content.lowercased().contains("marta") && !content.contains("Lindqvist"), "\(name)")
        }
        #expect(pack[.metadata].contains("\"findings.csv\": \(pack[.findings].ranges(of: "[REDACTED]").count)"))
        #expect(pack[.findings].contains(",by [REDACTED],"))
    }

    @Test("in a report's key, which redaction left, is numbered as others are")
    func keys() throws {
        var evidence = EvidenceFixture()
        evidence.findings = [EvidenceFixture.Finding()]
        evidence.findings[0].resourceName = "Marta Lindqvist"
        evidence.payloads[.permissionPosture] = #"{"Marta Lindqvist":{"roles":[{"name":"Lindqvist, Marta x"}]}}"#
        let (pack, _) = try render(evidence)
        #expect(pack[.permissionPosture].contains(#"{"[REDACTED-1]":{"roles":[{"name":"[REDACTED] x"}]}}"#))
    }
}

@Suite("Texts of checks without personal data", .tags(.redaction))
struct CatalogueTests {
    /// The cells of title, description, remediation and check_id in the first row.
    private static func texts(_ findings: [EvidenceFixture.Finding]) throws -> [Substring] {
        var evidence = EvidenceFixture()
        evidence.identities = ["Marta Lindqvist", "marta@contoso.com"]
        evidence.findings = findings
        let row = try RenderingFixture.render(evidence, as: RenderingFixture.identity(includePII: false))[.findings]
            .split(separator: "\r\n")[1].split(separator: ",", omittingEmptySubsequences: false)
        return [row[5], row[16], row[18], row[3]]
    }

    private static func finding(_ source: String, title: String = "Marta Lindqvist") -> EvidenceFixture.Finding {
        var finding = EvidenceFixture.Finding()
        finding.source = source
        finding.title = title
        finding.description = "of Marta Lindqvist"
        finding.remediation = "ask Marta Lindqvist"
        finding.checkID = "marta"
        return finding
    }

    private static let shown: [Substring] = ["Marta Lindqvist", "of Marta Lindqvist", "ask Marta Lindqvist", "marta"]
    private static let replaced: [Substring] = ["[REDACTED]", "of [REDACTED]", "ask [REDACTED]", "[REDACTED]"]

    @Test(
        "of scanners that have a catalogue are shown, in any case of their names",
        arguments: ["prowler", "Maester", "ScubaGear"])
    func catalogueScanners(source: String) throws {
        #expect(try Self.texts([Self.finding(source), Self.finding(source)]) == Self.shown)
    }

    @Test("of others are the tenant's", arguments: ["native", "sechub", "prowler2", "custom", "my prowler"])
    func others(source: String) throws {
        #expect(try Self.texts([Self.finding(source)]) == Self.replaced)
    }

    @Test("of native records are the tenant's, whatever source they name")
    func native() throws {
        var finding = Self.finding("maester")
        finding.isNative = true
        #expect(try Self.texts([finding]) == Self.replaced)
    }

    @Test("of native records are the tenant's beside a scanner's of the same check, and so are all of that check")
    func nativeBesideScanner() throws {
        let scanners = Self.finding("maester")
        var native = scanners
        native.isNative = true
        // The check's id is shown: the scanner wrote the same one.
        let expected: [Substring] = Array(Self.replaced[0...2]) + [Self.shown[3]]
        #expect(try Self.texts([native, scanners]) == expected)
        #expect(try Self.texts([scanners, native]) == expected)
    }

    @Test("that differ from finding to finding are the tenant's, each kind by itself")
    func different() throws {
        let first = Self.finding("prowler")
        var second = first
        second.title = "another title"
        #expect(try Self.texts([first, second]) == [Self.replaced[0]] + Self.shown[1...])
        second = first
        second.description = ""
        second.remediation = "x"
        #expect(try Self.texts([first, second]) == [Self.shown[0]] + Self.replaced[1...2] + [Self.shown[3]])
        // Another check's texts, or another scanner's, are no difference.
        second.checkID = "other"
        #expect(try Self.texts([first, second]) == Self.shown)
        second.checkID = first.checkID
        second.source = "maester"
        #expect(try Self.texts([first, second]) == Self.shown)
    }

    @Test("of more checks than are told apart are the tenant's")
    func tooMany() throws {
        var evidence = EvidenceFixture()
        evidence.findings = (0...CatalogueTexts.mostChecks).map { number in
            var finding = EvidenceFixture.Finding()
            finding.checkID = "check\(number)"
            return finding
        }
        let catalogue = try CatalogueTexts(of: evidence, hashPoint: 1 << 40 + 12_345, control: RenderControl())
        func fields(_ check: String) -> CatalogueTexts.Fields {
            Array("prowler".utf8).withUnsafeBytes { source in
                Array(check.utf8).withUnsafeBytes { catalogue.fields(source: source, checkID: $0) }
            }
        }
        #expect(fields("check0") == [.checkID, .title, .description, .remediation])
        #expect(fields("check\(CatalogueTexts.mostChecks)") == [])
    }

    @Test("sources and types of resources keep public names alone")
    func words() throws {
        var evidence = EvidenceFixture()
        evidence.identities = ["Marta Lindqvist"]
        evidence.findings = [Self.finding("Marta Lindqvist")]
        evidence.findings[0].resourceType = "box of Marta Lindqvist"
        let row = try RenderingFixture.render(evidence, as: RenderingFixture.identity(includePII: false))[.findings]
        #expect(row.contains(",[REDACTED],5.46.0,"))
        #expect(row.contains(",box of [REDACTED],"))
    }
}

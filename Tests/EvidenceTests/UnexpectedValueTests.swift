import Bytes
import Domain
import FuzzCorpus
import TestTags
import Testing

@testable import Evidence

@Suite("Values of unexpected types", .tags(.evidence, .hostileInput))
struct UnexpectedValueTests {
    @Test(
        "are read where their meaning is plain",
        arguments: [
            ("remediation.references", .text("https://a.example"), .remediation, "Block it.\nhttps://a.example"),
            ("remediation", .text("Just do it"), .remediation, "Just do it"),
            (
                "status_detail", .array([.text("one"), .raw("2"), .raw("null"), .text("three")]), .detail,
                "one\n2\nthree"
            ),
            ("status_detail", .raw("17"), .detail, "17"), ("finding_info.title", .raw("365"), .title, "365"),
            ("finding_info.desc", .array([.text("Only")]), .description, "Only\n\nIt is a risk."),
            ("metadata.product.version", .raw("5.1"), .sourceVersion, "5.1"),
            ("metadata.product", .text("Scanner"), .source, "Scanner"), ("unmapped.scan_id", .raw("7"), .runID, "7"),
            ("resources", .object([("uid", .text("u1")), ("name", .text("Anna"))]), .resourceName, "Anna"),
            ("resources", .text("u1"), .resourceID, "u1"), ("resources", .array([.text("u1")]), .resourceID, "u1"),
            ("resources", .array([.object([("uid", .raw("12"))])]), .resourceID, "12"),
        ] as [(String, Sample, FindingField, String)])
    func plain(path: String, value: Sample, field: FindingField, expected: String) throws {
        let outcome = try parse(ocsfSample.with(path, value).json)
        #expect(outcome.records.first?.texts[field] == expected)
        #expect(outcome.warnings.total == 0)
    }

    @Test("a resource under `resource` counts like one of `resources`, and both are one when they are equal")
    func singleResource() throws {
        let one = Sample.object([("uid", .text("u1")), ("name", .text("Anna"))])
        let outcome = try parse(ocsfSample.with("resources", .array([one])).with("resource", one).json)
        #expect(outcome.records.first?.texts[.resourceName] == "Anna")
        #expect(outcome.records.first?.texts[.resourceID] == "u1")
    }

    @Test("numbers in quotes are numbers")
    func quoted() throws {
        let sample = ocsfSample.with("severity", nil).with("severity_id", .text("5")).with("status_id", .text("3"))
            .with("status", nil).with("class_uid", .text("2004"))
        let outcome = try parse(sample.json)
        #expect(outcome.records.first?.severity == .critical)
        #expect(outcome.records.first?.result == .muted)
        #expect(outcome.warnings.total == 0)
    }

    @Test(
        "are remarked with the field's name where they are not, and the record is read without them",
        arguments: [
            ("status_detail", .object([("text", .text("x"))]), "status_detail"),
            ("status_detail", .raw("true"), "status_detail"), ("comment", .raw("false"), "comment"),
            ("risk_details", .array([.object([])]), "risk_details"), ("cloud", .array([]), "cloud"),
            ("cloud", .text("azure"), "cloud"), ("unmapped", .raw("3"), "unmapped"),
            ("remediation", .array([.text("x")]), "remediation"), ("remediation.references", .object([]), "references"),
            ("remediation.references", .array([.raw("true")]), "references"),
            ("remediation.references", .array([.array([])]), "references"), ("severity_id", .raw("4.5"), "severity_id"),
            ("severity_id", .text("high"), "severity_id"), ("status_id", .array([]), "status_id"),
            ("activity_id", .object([]), "activity_id"), ("finding_info.analytic", .raw("1"), "analytic"),
            ("resources", .array([.object([("group", .array([]))])]), "group"),
        ] as [(String, Sample, String)])
    func remarked(path: String, value: Sample, field: String) throws {
        for chunk in [1, 1000] {
            let outcome = try parse(
                ocsfSample.with(path, value).json + ocsfSample.json, chunk: chunk)
            #expect(outcome.records.count == 2)
            #expect(outcome.warnings.counts[.wrongType] == 1)
            #expect(outcome.warnings.examples.contains { $0.kind == .wrongType && $0.text.contains(field) })
        }
    }

    @Test("unknown statuses are remarked and taken as unknown")
    func statuses() throws {
        for (path, value) in [("status", Sample.text("Dreaming")), ("status_id", .raw("42"))] {
            let outcome = try parse(ocsfSample.with(path, value).json)
            #expect(outcome.warnings.counts == [.statusUnknown: 1])
            #expect(outcome.records.first?.status == nil)
        }
    }

    @Test("native records follow the same rule")
    func native() throws {
        let sample = nativeSample.with("resource_name", .array([.text("Anna"), .text("Bert")])).with(
            "detail", .raw("5")
        )
        .with("description", .raw("{}"))
        let outcome = try parse(sample.json)
        let record = try #require(outcome.records.first)
        #expect(record.texts[.resourceName] == "Anna\nBert")
        #expect(record.texts[.detail] == "5")
        #expect(record.texts[.description] == nil)
        #expect(outcome.warnings.counts == [.wrongType: 1])
    }
}

@Suite("Further resources of a finding", .tags(.evidence))
struct FurtherResourceTests {
    private static func resources(_ members: [[(String, Sample)]]) -> Sample {
        ocsfSample.with("resources", .array(members.map { .object($0) }))
    }

    private func staged(_ sample: Sample) throws -> Parsed {
        var bytes: [UInt8] = []
        try withRecord(sample) { $0.appendStaged(to: &bytes) }
        var loaded = FindingRecord()
        #expect(bytes.withUnsafeBytes { loaded.loadStaged($0) })
        return Parsed(loaded)
    }

    @Test("join the first by lines, names and ids, each once; the identity stays that of the first")
    func joined() throws {
        let sample = Self.resources([
            [("uid", .text("1")), ("name", .text("Marta Lindqvist"))],
            [("uid", .text("2")), ("name", .text("Ivo Kaplan"))],
            [("uid", .text("2")), ("name", .text("Marta Lindqvist"))], [("type", .text("none"))], [("uid", .text("3"))],
        ])
        let record = try #require(try parse(sample.json).records.first)
        #expect(record.texts[.resourceName] == "Marta Lindqvist\nIvo Kaplan")
        #expect(record.texts[.resourceID] == "1")
        #expect(try staged(sample).texts[.resourceID] == "1\n2\n3")
        var fingerprints = FindingFingerprint(tenant: contoso, key: fixedKey)
        var digests: [Digest256] = []
        for one in [sample, Self.resources([[("uid", .text("1")), ("name", .text("Marta Lindqvist"))]])] {
            try withRecord(one) { digests.append(fingerprints.digest(of: $0)) }
        }
        #expect(digests[0] == digests[1])
    }

    @Test("that do not fit are remarked, and their names are gathered all the same")
    func leftOut() throws {
        let names = (0..<6000).map { "Person Number \($0)" }
        let sample = Self.resources(names.map { [("uid", .text("id of \($0)")), ("name", .text($0))] })
        let outcome = try parse(sample.json)
        #expect(outcome.warnings.counts == [.resourcesLeftOut: 1])
        #expect((outcome.records.first?.texts[.resourceName]?.utf8.count ?? 0) <= DuplicateMerger.joinedLimit)
        var gathered: Set<String> = []
        var bytes: [UInt8] = []
        try withRecord(sample) { $0.appendStaged(to: &bytes) }
        var loaded = FindingRecord()
        #expect(bytes.withUnsafeBytes { loaded.loadStaged($0) })
        IdentityGathering.gather(from: loaded) { gathered.insert(String(decoding: $1, as: UTF8.self)) }
        #expect(gathered.isSuperset(of: names))
    }

    @Test("without end in one record cost time that grows with its bytes alone")
    func cost() throws {
        var options = FindingsParser.Options()
        options.maximumRecordBytes = 64 << 20
        func seconds(_ count: Int) throws -> Double {
            let text = Self.resources((0..<count).map { [("uid", .text("\($0)")), ("name", .text("Person \($0)"))] })
                .json
            return try (0..<3).map { _ in try ProcessorTime.seconds { _ = try parse(text, options: options) } }
                .min() ?? 0
        }
        _ = try seconds(5000)
        // Twice as many would take four times as long if each looked through those before it.
        #expect(try seconds(40_000) < 3 * seconds(20_000) + 0.2)
    }
}

@Suite("The run of an import", .tags(.evidence))
struct RunIdentityTests {
    private func run(_ id: String, at seconds: Int = 1_772_330_400, tenant: String? = contoso.description) -> String {
        ocsfSample.with("unmapped.scan_id", .text(id)).with("time", .raw("\(seconds)")).with(
            "metadata.tenant_uid", tenant.map { .text($0) }
        ).with("cloud", nil).json
    }

    @Test("may have several ids of scans: one scan has one for each account that it looks at")
    func severalIDs() throws {
        let outcome = try parse(
            [run("a"), run("b"), run("a"), run("c", at: 1_772_330_400 + 599)].joined(separator: "\n"))
        #expect(outcome.records.count == 4)
        #expect(outcome.summary.runID == "a")
    }

    @Test(
        "is not that of records with another id whose time lies apart, earlier or later",
        arguments: [601, -601, 86_400, -86_400])
    func apart(seconds: Int) {
        let error = parseFailure(
            run("a") + "\n" + run("b", at: 1_772_330_400 + seconds), options: .init(skipsBadRecords: true))
        #expect(error?.reason == .mixedRuns)
        #expect(error?.position?.ordinal == 2)
    }

    @Test("is not that of records with another id and another tenant, also when any tenant is accepted")
    func otherTenant() throws {
        let other = "00000000-0000-4000-8000-000000000001"
        #expect(parseFailure(run("a") + run("b", tenant: other))?.reason == .mixedRuns)
        #expect(try parse(run("a") + run("b", tenant: contoso.description.uppercased())).records.count == 2)
        #expect(try parse(run("a") + run("b", tenant: nil)).records.count == 2)
    }

    @Test("with one id, or none, may last as long as it likes")
    func long() throws {
        #expect(try parse(run("a") + run("a", at: 1_772_330_400 + 90_000)).records.count == 2)
    }
}

@Suite("Characters that no text may hold", .tags(.evidence, .hostileInput))
struct ReplacedCharacterTests {
    @Test(
        "cost that character and give a warning, in a field that is read",
        arguments: [
            (#"a\ud83d b"#, "a\u{FFFD} b"), (#"\udc00"#, "\u{FFFD}"), (#"x\u0000y"#, "x\u{FFFD}y"),
            (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\ud83dn"#, "\u{FFFD}n"),
        ])
    func inFields(text: String, expected: String) throws {
        for chunk in [1, 7, 1000] {
            let outcome = try parse(ocsfSample.with("status_detail", .text(text)).json, chunk: chunk)
            #expect(outcome.records.first?.texts[.detail] == expected)
            #expect(outcome.warnings.counts == [.characterReplaced: 1])
            #expect(outcome.warnings.examples.first?.text.hasPrefix("status_detail: ") == true)
        }
    }

    @Test("cost nothing in a field that is not read, and in a key")
    func unread() throws {
        let sample = ocsfSample.with("notes", .text(#"\ud83d\u0000"#)).with(
            "more", .object([(#"\udfff"#, .array([.text(#"\u0000"#)]))]))
        let outcome = try parse(sample.json)
        #expect(outcome.records.count == 1)
        #expect(outcome.warnings.total == 0)
    }

    @Test("cost that character in UTF-16, where half a pair is no escape")
    func utf16() throws {
        let units = Array(ocsfSample.with("status_detail", .text("x?y")).json.utf16)
        let mark = try #require(units.firstIndex(of: 0x3F))
        for half in [0xD83D, 0xDC00] as [UInt16] {
            var broken = units
            broken[mark] = half
            for chunk in [1, 3, 1000] {
                let outcome = try parse(
                    [0xFF, 0xFE] + broken.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, chunk: chunk)
                #expect(outcome.records.first?.texts[.detail] == "x\u{FFFD}y")
                #expect(outcome.warnings.counts == [.characterReplaced: 1])
            }
        }
    }

    @Test("stay in a report's bytes as they came, and do not end it")
    func reports() throws {
        let text = Array(#"{"displayName": "Anna\ud83d Berg", "x": "\u0000"}"#.utf8)
        var validator = ReportValidator()
        var stored: [UInt8] = []
        var names: Set<String> = []
        try text.withUnsafeBytes {
            try validator.push(
                $0, store: { stored += $0 }, identity: { names.insert(String(decoding: $1, as: UTF8.self)) })
        }
        try validator.finish(store: { stored += $0 }, identity: { names.insert(String(decoding: $1, as: UTF8.self)) })
        #expect(stored == text)
        #expect(names == ["Anna\u{FFFD} Berg"])
        #expect(validator.warnings.count == 1)
    }
}

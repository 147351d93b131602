import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("OCSF findings", .tags(.evidence))
struct OCSFFindingsTests {
    @Test("a finding in Prowler's shape becomes a record", arguments: [1, 3, 50, .max])
    func record(chunk: Int) throws {
        let outcome = try parse("[\(ocsfSample.json)]", chunk: chunk)
        #expect(outcome.format == .ocsf)
        let record = try #require(outcome.records.first)
        #expect(
            record.texts == [
                .source: "Prowler", .sourceVersion: "5.46.0", .checkID: "entra_check_one", .title: "It is blocked",
                .resourceType: "entra", .resourceID: "policies", .resourceName: "Policies\nSecond",
                .description: "Looks at policies.\n\nIt is a risk.", .detail: "No policy blocks it here.",
                .remediation: "Block it.\nhttps://example.com/a\nhttps://example.com/b", .runID: "run-1",
                .uid: "prowler-x", .tenantID: contoso.description,
            ])
        #expect(record.severity == .high)
        #expect(record.result == .fail)
        #expect(record.status == nil)
        #expect(record.lastSeenAt == UnixMillis(1_772_330_400_000))
        #expect(outcome.summary.runID == "run-1")
        #expect(outcome.warnings.total == 0)
    }

    @Test("an array, lines and one object alone are read alike; the format is found by the first object's keys")
    func framings() throws {
        let one = ocsfSample.json
        for text in ["[\(one),\(one)]", "[\n\(one) ,\n \(one)\n]\n", "\(one)\n\(one)\n", "\(one) \(one)"] {
            #expect(try parse(text).records.map { $0.texts[.checkID] } == ["entra_check_one", "entra_check_one"])
        }
        let bytes = Array(one.utf8)
        #expect(try parse([0xEF, 0xBB, 0xBF] + bytes).records.count == 1)
        #expect(try parse([0xFF, 0xFE] + one.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }).records.count == 1)
    }

    @Test("the order of an object's members does not matter")
    func anyOrder() throws {
        guard case .object(let members) = ocsfSample else { return }
        let expected = try #require(try parse(ocsfSample.json).records.first)
        for shift in 0..<members.count {
            let rotated = Sample.object(Array(members[shift...] + members[..<shift]))
            let record = try #require(try parse(rotated.json).records.first)
            #expect(record == expected)
        }
        #expect(try parse(Sample.object(members.reversed()).json).records.first == expected)
    }

    @Test("an empty array is a scan without findings, nothing at all is an error")
    func empty() throws {
        let outcome = try parse("[\n  \n]")
        #expect(outcome.records.isEmpty)
        #expect(outcome.summary.runTime == nil)
        #expect(parseFailure("")?.reason == .empty)
        #expect(parseFailure(" \n ")?.reason == .empty)
    }

    @Test(
        "results, status numbers and words become a result and a stated status",
        arguments: [
            ("FAIL", 1, "New", .fail, nil), ("PASS", 1, "New", .pass, nil), ("MANUAL", 1, "New", .manual, nil),
            ("MUTED", 1, "New", .muted, nil), ("fail", 3, "Suppressed", .muted, nil),
            ("PASS", 3, "Suppressed", .pass, nil), ("MANUAL", 3, "Suppressed", .manual, nil),
            ("FAIL", 2, "In Progress", .fail, .acknowledged), ("FAIL", 4, "Resolved", .fail, .resolved),
            ("FAIL", 5, "Archived", .fail, .resolved), ("FAIL", 6, "Deleted", .fail, .resolved),
            ("FAIL", nil, "Suppressed", .muted, nil), ("FAIL", nil, "Resolved", .fail, .resolved),
            (nil, 1, "New", FindingResult.none, nil), (nil, 3, "Suppressed", .muted, nil),
            ("ERROR", 1, "New", .error, nil),
            ("Skipped", 1, "New", .skipped, nil), ("WARNING", 0, "Unknown", .warning, nil),
        ] as [(String?, Int?, String, FindingResult, FindingStatus?)])
    func results(code: String?, id: Int?, word: String, result: FindingResult, status: FindingStatus?) throws {
        let sample = ocsfSample.with("status_code", code.map(Sample.text)).with("status", .text(word))
            .with("status_id", id.map { .raw(String($0)) })
        let record = try #require(try parse(sample.json).records.first)
        #expect(record.result == result)
        #expect(record.status == status)
    }

    @Test("an acknowledgement carries its reason: the comment, else the scanner's word")
    func reasons() throws {
        let muted = ocsfSample.with("status_id", .raw("3")).with("status", .text("Suppressed"))
        #expect(try parse(muted.json).records.first?.texts[.statusReason] == "Suppressed")
        let commented = muted.with("comment", .text("accepted until May"))
        #expect(try parse(commented.json).records.first?.texts[.statusReason] == "accepted until May")
        let open = ocsfSample.with("comment", .text("a remark"))
        #expect(try parse(open.json).records.first?.texts[.statusReason] == nil)
        let code = ocsfSample.with("status_code", .text("MUTED"))
        #expect(try parse(code.json).records.first?.texts[.statusReason] == "MUTED")
    }

    @Test(
        "the severity's text wins over its number, with a warning where they disagree",
        arguments: [
            ("High", 4, .high, nil), ("high", 2, .high, .severityDisagrees), ("Fatal", 6, .critical, nil),
            ("Other", 99, .unknown, nil), ("Informational", 1, .informational, nil), (nil, 3, .medium, nil),
            ("Enormous", 5, .critical, .severityUnknown), ("Enormous", nil, .unknown, .severityUnknown),
            (nil, nil, .unknown, .severityUnknown), ("Unknown", 0, .unknown, nil),
        ] as [(String?, Int?, Severity, IngestWarnings.Kind?)])
    func severities(word: String?, id: Int?, severity: Severity, warning: IngestWarnings.Kind?) throws {
        let sample = ocsfSample.with("severity", word.map(Sample.text))
            .with("severity_id", id.map { .raw(String($0)) })
        let outcome = try parse(sample.json)
        #expect(outcome.records.first?.severity == severity)
        #expect(outcome.warnings.counts.keys.first == warning)
        #expect(outcome.warnings.examples.map(\.kind) == (warning.map { [$0] } ?? []))
    }

    @Test("a type that is not defined becomes the group's name, where there is one")
    func resourceTypes() throws {
        let group = Sample.object([("name", .text("exchange"))])
        let both = resource([("type", .text("NotDefined")), ("group", group), ("uid", .text("u"))])
        #expect(try parse(both.json).records.first?.texts[.resourceType] == "exchange")
        let typed = resource([("type", .text("AwsIamUser")), ("group", group), ("uid", .text("u"))])
        #expect(try parse(typed.json).records.first?.texts[.resourceType] == "AwsIamUser")
        let alone = resource([("type", .text("NotDefined")), ("uid", .text("u"))])
        #expect(try parse(alone.json).records.first?.texts[.resourceType] == "NotDefined")
        let none = try parse(ocsfSample.with("resources", nil).json)
        #expect(none.warnings.counts == [.resourceMissing: 1])
    }

    @Test("a Compliance Finding brings its status, control and single resource")
    func compliance() throws {
        let sample = Sample.object([
            ("class_uid", .raw("2003")),
            ("compliance", .object([("control", .text("Config.1")), ("status", .text("FAILED"))])),
            ("finding_info", .object([("title", .text("T")), ("desc", .text("D"))])),
            (
                "metadata",
                .object([("product", .object([("name", .text("Security Hub"))])), ("version", .text("1.1.0"))])
            ), ("resource", .object([("type", .text("AwsAccount")), ("uid", .text("acct"))])),
            ("severity", .text("Medium")), ("status", .text("New")), ("time", .raw("1689963113060")),
            ("time_dt", .text("2023-07-21T14:11:53.060-04:00")),
        ])
        let record = try #require(try parse(sample.json).records.first)
        #expect(record.texts[.checkID] == "Config.1")
        #expect(record.texts[.resourceID] == "acct")
        #expect(record.result == .fail)
        #expect(record.lastSeenAt == UnixMillis(rfc3339: "2023-07-21T14:11:53.060-04:00"))
        let byID = sample.with("compliance.status", nil).with("compliance.status_id", .raw("1"))
        #expect(try parse(byID.json).records.first?.result == .pass)
    }

    @Test("a time is taken from `time`, else from `time_dt`, else from the creation")
    func times() throws {
        let noTime = ocsfSample.with("time", nil)
        #expect(try parse(noTime.json).records.first?.lastSeenAt == UnixMillis(1_772_330_400_118))
        let created = noTime.with("time_dt", nil).with("finding_info.created_time", .raw("1772330401"))
        #expect(try parse(created.json).records.first?.lastSeenAt == UnixMillis(1_772_330_401_000))
        #expect(parseFailure(created.with("finding_info.created_time", nil).json)?.reason == .missingField)
    }

    @Test(
        "an invalid finding is refused with its reason and member",
        arguments: [
            ("class_uid", .raw("2001"), .unsupportedClass, "class_uid"),
            ("metadata.version", .text("2.0.0"), .unsupportedSchema, "metadata.version"),
            ("metadata", .raw("7"), .wrongType, "metadata"), ("metadata", .array([]), .wrongType, "metadata"),
            ("metadata.event_code", .raw("true"), .wrongType, "metadata.event_code"),
            ("metadata.event_code", .array([]), .wrongType, "metadata.event_code"),
            ("cloud.org.uid", .raw("false"), .wrongType, "cloud.org.uid"),
            ("class_uid", .object([]), .wrongType, "class_uid"),
            ("status_code", .text("PERHAPS"), .badValue, "status_code"), ("time", .text("soon"), .badTime, "time"),
            ("time", .raw("1e16"), .badTime, "time"), ("time", .raw("999999999999999999"), .badTime, "time"),
            ("status_code", .object([]), .wrongType, "status_code"), ("time", .raw("true"), .wrongType, "time"),
        ] as [(String, Sample, IngestError.Reason, String)])
    func refused(path: String, value: Sample, reason: IngestError.Reason, field: String) {
        let error = parseFailure("[\(ocsfSample.json),\n\(ocsfSample.with(path, value).json)]")
        #expect(error?.reason == reason)
        #expect(error?.field == field)
        #expect(error?.position?.ordinal == 2)
        #expect(error?.position?.line == 2)
    }

    @Test("what names no check, product or class is refused")
    func missing() {
        let noClass = ocsfSample.with("class_uid", nil).with("type_uid", nil)
        #expect(parseFailure(noClass.json)?.field == "class_uid")
        let noCheck = ocsfSample.with("metadata.event_code", nil).with("finding_info.analytic", nil)
        #expect(parseFailure(noCheck.json)?.field == "metadata.event_code")
        let noProduct = ocsfSample.with("metadata.product", .object([]))
        #expect(parseFailure(noProduct.json)?.field == "metadata.product.name")
        #expect(parseFailure(ocsfSample.with("class_uid", nil).json) == nil)
    }

    @Test("another tenant's data are refused by either of the two places that name it; capitals do not matter")
    func tenants() throws {
        let options = FindingsParser.Options(expectedTenant: contoso, skipsBadRecords: true)
        #expect(try parse(ocsfSample.json, options: options).records.count == 1)
        let other = Sample.text("aaaaaaaa-6c1c-4d0a-9d53-2f1d1a6f8b10")
        for path in ["metadata.tenant_uid", "cloud.org.uid"] {
            let error = parseFailure(ocsfSample.with(path, other).json, options: options)
            #expect(error?.reason == .tenantMismatch)
            #expect(error?.productError.reason == .tenantMismatch)
        }
        for text in ["<tenant_uid>", "arn:aws:organizations::123456789012:organization/o-abc", "contoso.com"] {
            let outcome = try parse(ocsfSample.with("cloud.org.uid", .text(text)).json, options: options)
            #expect(outcome.records.count == 1)
            #expect(outcome.warnings.counts == [.tenantNoGUID: 1])
        }
        let unnamed = ocsfSample.with("metadata.tenant_uid", .text("")).with("cloud.org.uid", .text(""))
        #expect(try parse(unnamed.json, options: options).records.count == 1)
        let capitals = ocsfSample.with("metadata.tenant_uid", .text(contoso.description.uppercased()))
        #expect(try parse(capitals.json, options: options).records.count == 1)
        #expect(try parse(ocsfSample.with("cloud.org.uid", other).json).records.count == 1)
    }

    @Test("a schema outside 1.1 to 1.5 and a missing run id are warnings")
    func oddities() throws {
        for version in ["1.0.0", "1.6.0", "1.10"] {
            let outcome = try parse(ocsfSample.with("metadata.version", .text(version)).json)
            #expect(outcome.warnings.counts[.schemaUnusual] == 1)
        }
        #expect(try parse(ocsfSample.with("unmapped", nil).json).warnings.counts == [.runIDMissing: 1])
        let disagreeing = ocsfSample.with("status_id", .raw("3"))
        #expect(try parse(disagreeing.json).warnings.counts == [.statusDisagrees: 1])
    }
}

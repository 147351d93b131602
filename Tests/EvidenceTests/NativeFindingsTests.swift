import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Native findings", .tags(.evidence))
struct NativeFindingsTests {
    @Test("a line becomes a record with its texts, status and times")
    func record() throws {
        let outcome = try parse(nativeSample.json + "\n")
        #expect(outcome.format == .native)
        let record = try #require(outcome.records.first)
        #expect(
            record.texts == [
                .uid: "f-1", .checkID: "check-a", .title: "A title", .resourceType: "user", .resourceID: "r-1",
                .resourceName: "Adele Vance", .description: "What it looks at", .detail: "What it saw",
                .remediation: "What to do", .source: "tool",
            ])
        #expect(record.severity == .high)
        #expect(record.status == .open)
        #expect(record.result == .none)
        #expect(record.firstSeenAt == UnixMillis(rfc3339: "2026-01-01T00:00:00Z"))
        #expect(record.lastSeenAt == UnixMillis(rfc3339: "2026-02-01T00:00:00Z"))
    }

    @Test("optional members may be missing, null or empty; the source is then `native`")
    func optional() throws {
        var sample = nativeSample
        for key in ["source", "description", "resource_type"] { sample = sample.with(key, nil) }
        for key in ["detail", "resource_uid"] { sample = sample.with(key, .raw("null")) }
        sample = sample.with("remediation", .text("")).with("resource_name", .text(""))
        let record = try #require(try parse(sample.json).records.first)
        #expect(record.texts == [.uid: "f-1", .checkID: "check-a", .title: "A title", .source: "native"])
    }

    @Test("unknown members of any shape are passed over")
    func unknown() throws {
        let sample = nativeSample.with("extra", .object([("uid", .text("no")), ("list", .array([.raw("[{}]")]))]))
        #expect(try parse(sample.json).records.first?.texts[.uid] == "f-1")
    }

    @Test("lines give the same records for every split, and positions count lines and bytes", arguments: [1, 2, 7, 64])
    func splits(chunk: Int) throws {
        let lines = (1...5).map { nativeSample.with("uid", .text("f-\($0)")).json + "\n" }
        let outcome = try parse(lines.joined(), chunk: chunk)
        #expect(outcome.records.map { $0.texts[.uid] } == (1...5).map { "f-\($0)" })
        #expect(outcome.records.map(\.position.ordinal) == [1, 2, 3, 4, 5])
        #expect(outcome.records.map(\.position.line) == [1, 2, 3, 4, 5])
        #expect(outcome.records[2].position.byteOffset == lines[0].utf8.count * 2)
    }

    @Test(
        "an invalid record is refused with its reason, member and position",
        arguments: [
            ("uid", nil, .missingField), ("uid", .text(""), .missingField), ("uid", .raw("true"), .wrongType),
            ("uid", .object([]), .wrongType), ("check_id", nil, .missingField), ("title", nil, .missingField),
            ("severity", .text("loud"), .badValue), ("severity", nil, .badValue), ("severity", .raw("4"), .badValue),
            ("status", .text("closed"), .badValue), ("status", .text("new"), .badValue), ("status", nil, .badValue),
            ("first_seen_at", nil, .missingField), ("last_seen_at", .text("yesterday"), .badTime),
            ("last_seen_at", .text("2026-02-30T00:00:00Z"), .badTime), ("last_seen_at", .raw("-5"), .badTime),
            ("first_seen_at", .text("2026-03-01T00:00:00Z"), .badTime), ("last_seen_at", .raw("true"), .wrongType),
            ("source", .text("a\\u0007b"), .badValue), ("check_id", .text("a\\nb"), .badValue),
            ("severity", .array([]), .wrongType),
            ("uid", .text(String(repeating: "u", count: 5000)), .fieldTooLong),
        ] as [(String, Sample?, IngestError.Reason)])
    func refused(key: String, value: Sample?, reason: IngestError.Reason) {
        let good = nativeSample.json + "\n"
        let error = parseFailure(good + good + nativeSample.with(key, value).json + "\n")
        #expect(error?.reason == reason)
        #expect(error?.field == key)
        #expect(error?.position?.ordinal == 3)
        #expect(error?.position?.line == 3)
        #expect((error?.position?.byteOffset ?? 0) >= 2 * good.utf8.count)
    }

    @Test("a ScubaGear policy id loses its version, another tool's id stays whole")
    func versions() throws {
        let scuba = nativeSample.with("source", .text("ScubaGear")).with("check_id", .text("MS.AAD.3.1v12"))
        let record = try #require(try parse(scuba.json).records.first)
        #expect(record.texts[.checkID] == "MS.AAD.3.1")
        #expect(record.texts[.checkVersion] == "v12")
        let other = nativeSample.with("check_id", .text("MS.AAD.3.1v12"))
        #expect(try parse(other.json).records.first?.texts[.checkID] == "MS.AAD.3.1v12")
        let words = nativeSample.with("source", .text("ScubaGear")).with("check_id", .text("dev1"))
        #expect(try parse(words.json).records.first?.texts[.checkID] == "dev1")
    }

    @Test("a native record may name its tenant, and another tenant's is refused")
    func tenant() throws {
        let options = FindingsParser.Options(expectedTenant: contoso)
        #expect(try parse(nativeSample.json, options: options).records.count == 1)
        let same = nativeSample.with("tenant_id", .text(contoso.description.uppercased()))
        #expect(try parse(same.json, options: options).records.count == 1)
        let other = nativeSample.with("tenant_id", .text("7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b11"))
        #expect(parseFailure(other.json, options: options)?.reason == .tenantMismatch)
        #expect(try parse(other.json).records.count == 1)
    }
}

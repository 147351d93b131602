import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Times that have not come yet", .tags(.evidence))
struct TimeGuardTests {
    private static let now = UnixMillis(rfc3339: "2026-11-29T12:00:00Z") ?? UnixMillis(0)
    private static let clock = TimeGuard(now: now)

    @Test(
        "up to five minutes ahead is taken; without a zone up to fourteen hours is now; all else is refused",
        arguments: [
            (0, true, TimeGuard.Verdict.taken(now)), (-1, false, .taken(now.advanced(byMinutes: -1))),
            (5, true, .taken(now.advanced(byMinutes: 5))), (5, false, .taken(now.advanced(byMinutes: 5))),
            (6, true, .inFuture), (6, false, .takenAsNow(now)), (14 * 60, false, .takenAsNow(now)),
            (14 * 60, true, .inFuture), (14 * 60 + 1, false, .inFuture), (60 * 24 * 365, false, .inFuture),
        ] as [(Int, Bool, TimeGuard.Verdict)])
    func verdicts(minutesAhead: Int, hasZone: Bool, expected: TimeGuard.Verdict) {
        let time = StatedTime(Self.now.advanced(byMinutes: minutesAhead), hasZone: hasZone)
        #expect(Self.clock.judge(time) == expected)
    }

    @Test(
        "say whether they have a zone: numbers and `/Date()/` are instants",
        arguments: [
            ("2026-03-01T02:00:00", false), ("2026-03-01 02:00:00.118", false), ("2026-03-01T02:00:00Z", true),
            ("2026-03-01T02:00:00+02:00", true), ("2026-03-01T02:00:00.5-0530", true), ("/Date(1772330400118)/", true),
        ])
    func zones(text: String, hasZone: Bool) {
        #expect(Array(text.utf8).withUnsafeBytes { TimeReader.text($0) }?.hasZone == hasZone)
    }

    private static var options: FindingsParser.Options { .init(clock: clock) }

    @Test(
        "refuse a finding in whatever field decides, with position, field and value",
        arguments: [
            (ocsfSample.with("time", .raw("4102444800")), "time"),
            (ocsfSample.with("time", nil).with("time_dt", .text("2100-01-01T00:00:00Z")), "time_dt"),
            (
                ocsfSample.with("time", nil).with("time_dt", nil).with("finding_info.created_time", .raw("4102444800")),
                "finding_info.created_time"
            ),
            (nativeSample.with("last_seen_at", .text("2100-01-01T00:00:00Z")), "last_seen_at"),
            (
                nativeSample.with("first_seen_at", .text("2100-01-01T00:00:00Z")).with(
                    "last_seen_at", .text("2100-01-01T00:00:00Z")), "last_seen_at"
            ),
        ])
    func findings(sample: Sample, field: String) throws {
        let error = parseFailure("\n" + sample.json, options: Self.options)
        #expect(error?.reason == .timeInFuture)
        #expect(error?.field == field)
        #expect(error?.position?.line == 2)
        #expect(error?.description.contains("2100-01-01T00:00:00Z") == true)
        #expect(error?.productError.reason == .timeInFuture)
        #expect(error?.productError.metadata["field"] == field)
        var skipping = Self.options
        skipping.skipsBadRecords = true
        let good = nativeSampleOr(sample)
        let outcome = try parse([good, sample, good].map(\.json).joined(separator: "\n"), options: skipping)
        #expect(outcome.records.count == 2)
        #expect(outcome.rejections.map(\.reason) == [.timeInFuture])
    }

    private func nativeSampleOr(_ sample: Sample) -> Sample {
        sample.json.contains("class_uid") ? ocsfSample : nativeSample
    }

    @Test("without a zone are taken as now, once with a warning; what stands beside the deciding time does not count")
    func zoneless() throws {
        let late = ocsfSample.with("time", nil).with("time_dt", .text("2026-11-30T01:59:00.5"))
        let outcome = try parse(late.json, options: Self.options)
        #expect(outcome.records.map(\.lastSeenAt) == [Self.now])
        #expect(outcome.warnings.counts[.timeTakenAsNow] == 1)
        #expect(outcome.summary.runTime == Self.now)
        let beside = ocsfSample.with("time_dt", .text("2026-11-30T01:59:00.5"))
        #expect(try parse(beside.json, options: Self.options).warnings.counts[.timeTakenAsNow] == nil)
        let native = nativeSample.with("first_seen_at", .text("2026-11-29T20:00:00")).with(
            "last_seen_at", .text("2026-11-29T21:00:00"))
        let record = try #require(try parse(native.json, options: Self.options).records.first)
        #expect(record.firstSeenAt == Self.now)
        #expect(record.lastSeenAt == Self.now)
    }

    @Test("refuse an operation run, by its start and by its end")
    func operations() throws {
        let good = #"{"id":"a","type":"scan","status":"running","started_at":"2026-11-29T12:00:00Z"}"#
        let start = #"{"id":"b","type":"scan","status":"running","started_at":"9999-01-01T00:00:00Z"}"#
        let end =
            #"{"id":"c","type":"scan","status":"completed","outcome":"succeeded","started_at":"2026-11-01T00:00:00Z","#
            + #""finished_at":4102444800}"#
        let local =
            #"{"id":"d","type":"scan","status":"completed","outcome":"failed","started_at":"2026-11-29T13:00:00","#
            + #""finished_at":"2026-11-29T13:30:00"}"#
        for (line, field) in [(start, "started_at"), (end, "finished_at")] {
            let error = #expect(throws: IngestError.self) { try Self.runs(good + "\n" + line, skips: false) }
            #expect(error?.reason == .timeInFuture)
            #expect(error?.field == field)
            #expect(error?.position?.ordinal == 2)
            #expect(try Self.runs(good + "\n" + line, skips: true).runs.count == 1)
        }
        let taken = try Self.runs(local, skips: false)
        #expect(taken.runs.map(\.startedAt) == [Self.now])
        #expect(taken.runs.map(\.finishedAt) == [Self.now])
        #expect(taken.warnings.counts[.timeTakenAsNow] == 2)
    }

    private static func runs(
        _ text: String, skips: Bool
    ) throws -> (runs: [OperationRecord], warnings: IngestWarnings) {
        var parser = OperationsParser(clock: clock, skipsBadRecords: skips)
        var runs: [OperationRecord] = []
        try Array(text.utf8).withUnsafeBytes {
            try parser.push($0, consume: { run, _ in runs.append(run) }, identity: { _, _ in })
        }
        try parser.finish(consume: { run, _ in runs.append(run) }, identity: { _, _ in })
        return (runs, parser.warnings)
    }

    @Test("refuse hardening settings, each of the two", arguments: ["last_checked_at", "last_setup_at"])
    func hardening(field: String) throws {
        func parse(_ value: String) throws -> HardeningSettings {
            try Array("{\"\(field)\":\(value)}".utf8).withUnsafeBytes {
                try HardeningDocument.parse($0, clock: Self.clock).settings
            }
        }
        let error = #expect(throws: IngestError.self) { try parse("\"9999-01-01T00:00:00Z\"") }
        #expect(error?.reason == .timeInFuture)
        #expect(error?.field == field)
        let local = try parse("\"2026-11-29T20:00:00\"")
        #expect((field == "last_checked_at" ? local.lastCheckedAt : local.lastSetupAt) == Self.now)
    }
}

import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Results that are none", .tags(.evidence))
struct EvaluationTests {
    /// A finding of class 2003, as compliance tools write it.
    private static let compliance = ocsfSample.with("class_uid", .raw("2003")).with("type_uid", .raw("200301"))
        .with("status_code", nil)
    private static let alert = ocsfSample.with("status_code", nil)

    private func result(_ sample: Sample) throws -> FindingResult {
        try #require(try parse(sample.json).records.first).result
    }

    @Test(
        "a compliance finding without a verdict is not evaluated, whatever says so",
        arguments: [
            ("NOT_AVAILABLE", nil, FindingResult.notApplicable), ("Not Available", "99", .notApplicable),
            ("NOT_APPLICABLE", nil, .notApplicable), ("Unknown", "0", .skipped), ("Other", "99", .skipped),
            (nil, "0", .skipped), (nil, "99", .skipped), (nil, nil, .skipped), ("Sideways", nil, .skipped),
            ("Sideways", "77", .skipped), ("INSUFFICIENT_DATA", nil, .skipped), ("PASSED", "1", .pass),
            ("FAILED", "3", .fail), ("Sideways", "3", .fail), (nil, "2", .warning),
        ] as [(String?, String?, FindingResult)])
    func compliance(word: String?, id: String?, expected: FindingResult) throws {
        var members: [(String, Sample)] = [("control", .text("Config.1"))]
        if let word { members.append(("status", .text(word))) }
        if let id { members.append(("status_id", .raw(id))) }
        let sample = Self.compliance.with("compliance", .object(members))
        let outcome = try parse(sample.json)
        #expect(outcome.records.first?.result == expected)
        #expect(outcome.warnings.counts[.resultUnknown] == (word == "Sideways" ? (id == "77" ? 2 : 1) : nil))
        let source = try #require(outcome.summary.sources.first)
        let isEvaluated = expected == .pass || expected == .fail || expected == .warning
        #expect(source.checksEvaluated == (isEvaluated ? 1 : 0))
        #expect(source.failed == (expected == .fail || expected == .warning ? 1 : 0))
        #expect(source.skipped == (isEvaluated ? 0 : 1))
    }

    @Test(
        "an alert, a detection without any result, is open and counts as failed and as evaluated, but resolves nothing")
    func alerts() throws {
        let outcome = try parse(Self.alert.json)
        #expect(outcome.records.first?.result == FindingResult.none)
        #expect(outcome.summary.sources.first?.failed == 1)
        #expect(outcome.summary.sources.first?.checksEvaluated == 1)
        var parser = FindingsParser(options: .init())
        try Array(Self.alert.json.utf8).withUnsafeBytes { try parser.push($0) { _ in } }
        var evaluated = 0
        parser.forEachEvaluatedCheck { _, _ in evaluated += 1 }
        #expect(evaluated == 0)
    }

    @Test(
        "an activity or a status that closes a finding closes it, be it of an alert, a fail or a compliance finding",
        arguments: [
            [("activity_id", .raw("3"))], [("activity_id", nil), ("activity_name", .text("Close"))],
            [("activity_id", .raw("0")), ("activity_name", .text("closed"))],
            [("activity_id", nil), ("type_uid", .raw("200403"))],
            [("status_id", .raw("4")), ("status", .text("Resolved"))],
            [("status_id", nil), ("status", .text("Closed"))],
            [("status_id", .raw("5")), ("status", .text("Archived"))], [("status_id", .raw("6")), ("status", nil)],
        ] as [[(String, Sample?)]])
    func closing(changes: [(String, Sample?)]) throws {
        for base in [
            Self.alert, ocsfSample, Self.compliance.with("compliance", .object([("status", .text("FAILED"))])),
        ] {
            let sample = changes.reduce(base) { $0.with($1.0, $1.1) }
            let outcome = try parse(sample.json)
            #expect(outcome.records.first?.status == .resolved)
            #expect(outcome.summary.sources.first?.failed == 0)
        }
    }

    @Test(
        "an update, a creation and what is unknown close nothing",
        arguments: [
            [("activity_id", .raw("2")), ("activity_name", .text("Update"))], [("activity_id", .raw("1"))],
            [("activity_id", .raw("99")), ("activity_name", .text("Reviewed"))], [("activity_id", nil)],
        ] as [[(String, Sample?)]])
    func open(changes: [(String, Sample?)]) throws {
        let sample = changes.reduce(ocsfSample) { $0.with($1.0, $1.1) }
        #expect(try parse(sample.json).records.first?.status == nil)
    }

    @Test("of any statuses, results and activities, no source has more failed checks than evaluated ones")
    func neverMoreFailedThanEvaluated() throws {
        let words: [Sample?] = [
            nil, .text("PASS"), .text("FAIL"), .text("MANUAL"), .text("MUTED"), .text("Not_Available"),
        ]
        let statuses: [Sample?] = [nil, .raw("0"), .raw("1"), .raw("2"), .raw("3"), .raw("4"), .raw("99")]
        for classUID in ["2003", "2004"] {
            for word in words {
                for status in statuses {
                    for activity in ["1", "3"] {
                        for compliance in [nil, "0", "1", "3"] as [String?] {
                            let sample = ocsfSample.with("class_uid", .raw(classUID)).with("status_code", word)
                                .with("status_id", status).with("activity_id", .raw(activity)).with(
                                    "compliance", compliance.map { .object([("status_id", .raw($0))]) })
                            let source = try #require(try parse(sample.json).summary.sources.first)
                            #expect(source.failed <= source.checksEvaluated, "\(sample.json)")
                            #expect(
                                source.passed + source.failed + source.muted + source.manual + source.skipped
                                    + source.errors == source.records)
                        }
                    }
                }
            }
        }
    }
}

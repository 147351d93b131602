import Domain
import TestTags
import Testing

@testable import Evidence

@Suite("Hardening documents", .tags(.evidence))
struct HardeningDocumentTests {
    func parse(_ text: String) throws(IngestError) -> HardeningSettings {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(IngestError) in try HardeningDocument.parse(buffer, clock: sampleClock).settings }
        }
        return try result.get()
    }

    @Test("the example is read, canaries in the order of their names")
    func example() throws {
        let settings = try parse(String(decoding: EvidenceTests.example("hardening.json"), as: UTF8.self))
        #expect(settings.scopeMode == "tenant")
        #expect(settings.lastCheckedAt == UnixMillis(rfc3339: "2026-04-01T03:10:00Z"))
        #expect(settings.lastSetupAt == UnixMillis(rfc3339: "2026-01-15T09:30:00Z"))
        #expect(
            settings.canaryResults.map(\.name) == [
                "app_consent_request", "conditional_access_exclusion", "mailbox_forwarding",
            ])
        #expect(settings.canaryResults.map(\.result) == ["passed", "failed", "passed"])
        #expect(settings.warnings.count == 1)
    }

    @Test("canaries are told apart by their bytes: two spellings of a name are two, one name twice is refused")
    func spellings() throws {
        let two = try parse("{\"canary_results\": {\"jos\u{E9}\": \"a\", \"jose\u{301}\": \"b\"}}")
        #expect(two.canaryResults.count == 2)
        #expect(throws: IngestError.self) { try parse("{\"canary_results\": {\"a\": \"b\", \"a\": \"c\"}}") }
    }

    @Test("every member may be missing or null", arguments: ["{}", "{\"scope_mode\": null, \"warnings\": null}"])
    func missing(text: String) throws { #expect(try parse(text) == HardeningSettings()) }

    @Test("a number or a truth value is read as a text, a number as a time, a single text as a list of one")
    func plainMeanings() throws {
        let settings = try parse(
            """
            {"scope_mode": 2, "canary_results": {"a": true, "b": 1.50}, "warnings": "one", \
            "last_checked_at": 1772330400}
            """)
        #expect(settings.scopeMode == "2")
        #expect(settings.canaryResults.map(\.result) == ["true", "1.50"])
        #expect(settings.warnings == ["one"])
        #expect(settings.lastCheckedAt?.description == "2026-03-01T02:00:00Z")
    }

    @Test(
        "anything else is refused with the member's name",
        arguments: [
            ("{\"scope\": 1}", .unknownKey, "scope"), ("{\"scope_mode\": []}", .wrongType, "scope_mode"),
            ("{\"scope_mode\": \"a\", \"scope_mode\": \"b\"}", .badValue, "scope_mode"),
            ("{\"last_checked_at\": \"today\"}", .badTime, "last_checked_at"),
            ("{\"last_setup_at\": true}", .badTime, "last_setup_at"),
            ("{\"canary_results\": []}", .wrongType, "canary_results"),
            ("{\"canary_results\": {\"a\": []}}", .wrongType, "canary_results"),
            ("{\"canary_results\": {\"a\": \"x\", \"a\": \"y\"}}", .badValue, "canary_results"),
            ("{\"warnings\": {}}", .wrongType, "warnings"), ("{\"warnings\": [[]]}", .wrongType, "warnings"),
            ("{\"warnings\": [\"\(String(repeating: "w", count: 5000))\"]}", .fieldTooLong, "warnings"),
            ("{\"warnings\": [\((0...1000).map { "\"\($0)\"" }.joined(separator: ","))]}", .tooMany, "warnings"),
            ("[]", .notAnObject, nil), ("{", .truncated, nil), ("{} {}", .syntax, nil), ("", .truncated, nil),
        ] as [(String, IngestError.Reason, String?)])
    func refused(text: String, reason: IngestError.Reason, field: String?) {
        do throws(IngestError) {
            _ = try parse(text)
            Issue.record("accepted")
        } catch {
            #expect(error.reason == reason)
            #expect(error.field == field)
        }
    }
}

@Suite("Operation runs", .tags(.evidence))
struct OperationsParserTests {
    struct Outcome {
        var runs: [OperationRecord] = []
        var identities: Set<Gathered> = []
        var rejections: [IngestError] = []
    }

    func parse(_ text: String, chunk: Int = .max, skip: Bool = false) throws -> Outcome {
        var parser = OperationsParser(clock: sampleClock, skipsBadRecords: skip)
        var outcome = Outcome()
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let end = start + min(chunk, bytes.count - start)
            try bytes[start..<end].withUnsafeBytes { piece in
                try parser.push(
                    piece, consume: { run, _ in outcome.runs.append(run) },
                    identity: { outcome.identities.insert(Gathered($0, $1)) })
            }
            start = end
        }
        try parser.finish(
            consume: { run, _ in outcome.runs.append(run) },
            identity: { outcome.identities.insert(Gathered($0, $1)) })
        outcome.rejections = parser.rejections
        #expect(parser.recordsRejected == outcome.rejections.count)
        return outcome
    }

    static let sample = Sample.object([
        ("id", .text("019ca710-1a40-7b10-8f2a-3b1c5d7e9f01")), ("type", .text("collector.posture")),
        ("status", .text("completed")), ("outcome", .text("failed")), ("started_at", .text("2026-03-31T03:00:00Z")),
        ("finished_at", .text("2026-03-31T03:04:12Z")), ("initiator", .text("Megan Bowen")),
        (
            "context",
            .object([
                ("n", .raw("1.50")), ("reason_code", .text("timeout")),
                ("inner", .object([("reason_code", .text("no")), ("mail", .text("adele@contoso.com"))])),
                ("list", .raw("[true, null]")),
            ])
        ),
    ])

    @Test("a line becomes a run, its context compact JSON", arguments: [1, 3, 1000])
    func run(chunk: Int) throws {
        let outcome = try parse(Self.sample.json + "\n", chunk: chunk)
        let run = try #require(outcome.runs.first)
        #expect(run.id.description == "019ca710-1a40-7b10-8f2a-3b1c5d7e9f01")
        #expect(run.type.rawValue == "collector.posture" && run.isImported)
        #expect(run.status == .completed)
        #expect(run.outcome == .failed)
        #expect(run.reasonCode == "timeout")
        #expect(run.initiator == "Megan Bowen")
        #expect(run.finishedAt == UnixMillis(rfc3339: "2026-03-31T03:04:12Z"))
        #expect(
            run.context
                == #"{"n":1.50,"reason_code":"timeout","inner":{"reason_code":"no","mail":"adele@contoso.com"},"#
                + #""list":[true,null]}"#
        )
        #expect(
            outcome.identities == [
                Gathered(.displayName, "Megan Bowen"), Gathered(.address, "adele@contoso.com"),
                Gathered(.localPart, "adele"),
            ])
    }

    @Test("the example is read")
    func example() throws {
        let runs = try parse(String(decoding: EvidenceTests.example("operations.jsonl"), as: UTF8.self)).runs
        #expect(runs.map(\.status) == [.completed, .completed, .running])
        #expect(runs.map(\.reasonCode) == [nil, "permission_missing", nil])
        #expect(runs[2].context == "{}")
    }

    @Test("an id that is no UUID becomes one that stays the same, and is kept in the context")
    func foreignIDs() throws {
        let foreign = Self.sample.with("id", .text("job-17")).with("context", .object([]))
        let run = try #require(try parse(foreign.json).runs.first)
        #expect(run.id == (try parse(foreign.json).runs.first?.id))
        #expect(run.id != (try parse(foreign.with("id", .text("job-18")).json).runs.first?.id))
        #expect(run.id.description.dropFirst(14).first == "8")
        #expect("89ab".contains(run.id.description.dropFirst(19).first ?? "-"))
        #expect(run.context == #"{"external_id":"job-17"}"#)
        let withContext = foreign.with("context", .object([("a", .raw("1"))]))
        #expect(try parse(withContext.json).runs.first?.context == #"{"external_id":"job-17","a":1}"#)
        #expect(try parse(foreign.with("context", nil).json).runs.first?.context == #"{"external_id":"job-17"}"#)
    }

    @Test(
        "an invalid run is refused with its reason and member, or passed over",
        arguments: [
            ("id", nil, .missingField), ("id", .text(""), .missingField), ("id", .raw("true"), .wrongType),
            ("type", nil, .missingField), ("type", .text("a\\nb"), .badValue), ("status", .text("done"), .badValue),
            ("status", .text("running"), .badValue), ("outcome", .text("maybe"), .badValue),
            ("outcome", nil, .badValue), ("started_at", nil, .missingField), ("started_at", .text("x"), .badTime),
            ("finished_at", nil, .badValue), ("finished_at", .text("2026-03-30T00:00:00Z"), .badTime),
            ("context", .text("{}"), .wrongType), ("context", .array([]), .wrongType),
            ("initiator", .raw("{}"), .wrongType),
            ("initiator", .text(String(repeating: "i", count: 2000)), .fieldTooLong),
            // What the service says of itself, in any spelling that reads like it.
            ("type", .text("tenant.review_pack.generate"), .reserved),
            ("type", .text("system.review_pack.prune"), .reserved),
            ("type", .text(" Tenant.Findings.Import"), .reserved),
            ("type", .text("tenant.report\u{200B}.import"), .reserved),
            ("initiator", .text("system"), .reserved), ("initiator", .text("uid:0"), .reserved),
            ("initiator", .text("UID: 1000"), .reserved), ("initiator", .text("Sys\u{AD}tem\u{A0}"), .reserved),
            ("context", .object([("x", .array((0..<12000).map { .text("\($0)") }))]), .fieldTooLong),
        ] as [(String, Sample?, IngestError.Reason)])
    func refused(key: String, value: Sample?, reason: IngestError.Reason) throws {
        let bad = Self.sample.with(key, value).json
        let text = "\(Self.sample.json)\n\(bad)\n\(Self.sample.json)"
        let outcome = try parse(text, chunk: 100, skip: true)
        #expect(outcome.runs.count == 2)
        let error = try #require(outcome.rejections.first)
        #expect(error.reason == reason)
        #expect(error.position?.ordinal == 2)
        #expect(error.position?.line == 2)
        if key != "status" { #expect(error.field == key) }
        #expect(throws: IngestError.self) { try parse(text) }
    }

    @Test("numbers are read where texts are due, and words of statuses in any case")
    func plainMeanings() throws {
        let sample = Self.sample.with("id", .raw("7")).with("status", .text("Completed")).with(
            "outcome", .text("FAILED")
        )
        .with("initiator", .raw("42")).with("context.reason_code", .raw("17"))
        let run = try #require(try parse(sample.json).runs.first)
        #expect(run.status == .completed)
        #expect(run.outcome == .failed)
        #expect(run.initiator == "42")
        #expect(run.reasonCode == "17")
        #expect(run.context.hasPrefix(#"{"external_id":"7","#))
    }

    @Test("every type of the service's own runs is reserved, and no other type or initiator is")
    func reserved() throws {
        for type in OperationType.known {
            #expect(throws: IngestError.self) { try parse(Self.sample.with("type", .text(type.rawValue)).json) }
        }
        for type in ["collector.nightly", "tenant.review_pack", "tenant.findings.import.nightly", "system"] {
            #expect(try parse(Self.sample.with("type", .text(type)).json).runs.count == 1)
        }
        for initiator in ["", "systemd timer", "user:adele", "the uid:0", "subject:zoe@contoso.com"] {
            #expect(try parse(Self.sample.with("initiator", .text(initiator)).json).runs.count == 1)
        }
    }

    @Test("unknown members are passed over, no lines are no runs, and a cut-off line is an error")
    func edges() throws {
        #expect(try parse(Self.sample.with("more", .raw("[{\"id\": 1}]")).json).runs.count == 1)
        #expect(try parse("\n").runs.isEmpty)
        #expect(throws: IngestError.self) { try parse(String(Self.sample.json.dropLast(1)), skip: true) }
        #expect(throws: IngestError.self) { try parse("[]") }
    }
}

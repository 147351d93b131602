import Bytes
import Domain
import FoundationEssentials
import TestTags
import Testing

@testable import Evidence

/// Stored findings in memory: what a store does with the decisions, as small as it can be.
struct Ledger {
    struct Row: Equatable {
        var state: FindingState
        var content: Digest256
        var reason: String
        var check: String
        var record: Parsed
    }

    var rows: [Digest256: Row] = [:]
    var evaluatedAt: [String: UnixMillis] = [:]

    /// Imports a run and counts its changes.
    mutating func importRun(_ bytes: [UInt8]) throws -> [FindingChange.Kind: Int] {
        var parser = FindingsParser(options: .init(expectedTenant: contoso))
        var encoder = FindingFingerprint(tenant: contoso, key: fixedKey)
        var staged: [(Digest256, [UInt8])] = []
        let stage: (borrowing FindingRecord) throws -> Void = {
            var blob: [UInt8] = []
            $0.appendStaged(to: &blob)
            staged.append((encoder.digest(of: $0), blob))
        }
        try bytes.withUnsafeBytes { try parser.push($0, consume: stage) }
        try parser.finish(consume: stage)
        guard let runTime = parser.summary().runTime else { return [:] }
        var evaluated: Set<String> = []
        parser.forEachEvaluatedCheck { source, check in
            evaluated.insert("\(String(decoding: source, as: UTF8.self)) \(String(decoding: check, as: UTF8.self))")
        }
        var counts: [FindingChange.Kind: Int] = [:]
        let groups = Dictionary(grouping: staged, by: \.0)
        for (identity, group) in groups {
            var record = FindingRecord()
            _ = group[0].1.withUnsafeBytes { record.loadStaged($0) }
            for other in group.dropFirst() {
                var next = FindingRecord()
                _ = other.1.withUnsafeBytes { next.loadStaged($0) }
                try DuplicateMerger.merge(next, into: &record)
            }
            counts[apply(record, identity, runTime), default: 0] += 1
        }
        for (identity, row) in rows where groups[identity] == nil {
            let change = FindingLifecycle.absent(
                row.state, runTime: runTime, checkEvaluated: evaluated.contains(row.check))
            if let state = change.state {
                rows[identity]?.state = state
                counts[change.kind, default: 0] += 1
            }
        }
        for check in evaluated { evaluatedAt[check] = max(evaluatedAt[check] ?? runTime, runTime) }
        return counts
    }

    private mutating func apply(
        _ record: borrowing FindingRecord, _ identity: Digest256, _ runTime: UnixMillis
    ) -> FindingChange.Kind {
        var digests = FindingDigest()
        let content = digests.content(of: record)
        let check = "\(record.string(.source)) \(record.string(.checkID))"
        let old = rows[identity]
        let change = FindingLifecycle.present(
            old?.state, FindingObservation(record, runTime: runTime), checkEvaluatedAt: evaluatedAt[check],
            contentDiffers: old?.content != content, reasonDiffers: old?.reason != record.string(.statusReason))
        guard let state = change.state else { return change.kind }
        var row = old ?? Row(state: state, content: content, reason: "", check: check, record: Parsed(record))
        row.state = state
        if change.writesContent {
            row.content = content
            row.record = Parsed(record)
        }
        if change.writesStatusReason { row.reason = record.string(.statusReason) }
        rows[identity] = row
        return change.kind
    }

    func row(_ check: String, _ name: String) -> Row? {
        rows.values.first {
            $0.record.texts[.checkID] == check && $0.record.texts[.resourceName]?.contains(name) == true
        }
    }
}

/// A file of the package's Examples folder.
func example(_ name: String) throws -> [UInt8] {
    let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return Array(try Data(contentsOf: URL(filePath: "/\(package)/Examples/\(name)")))
}

@Suite("The example runs", .tags(.evidence))
struct ExampleRunsTests {
    @Test("two runs show every transition")
    func transitions() throws {
        var ledger = Ledger()
        let first = try ledger.importRun(example("findings-run-1.ocsf.json"))
        #expect(first == [.insert: 8, .countOnly: 3])
        let second = try ledger.importRun(example("findings-run-2.ocsf.json"))
        #expect(second == [.insert: 1, .update: 4, .reopen: 1, .resolve: 2, .countOnly: 3])

        func state(_ check: String, _ name: String) -> FindingState? { ledger.row(check, name)?.state }
        #expect(state("entra_users_mfa_capable", "Adele Vance")?.status == .open)
        #expect(state("entra_users_mfa_capable", "Adele Vance")?.firstSeenAt.utcDate == "2026-03-01")
        #expect(state("entra_users_mfa_capable", "Adele Vance")?.lastSeenAt.utcDate == "2026-04-01")
        #expect(state("entra_users_mfa_capable", "Megan Bowen")?.status == .resolved)
        #expect(state("entra_users_mfa_capable", "Megan Bowen")?.lastSeenAt.utcDate == "2026-03-01")
        #expect(state("entra_legacy_authentication_blocked", "Conditional")?.status == .resolved)
        #expect(state("entra_guest_invitations_limited", "Authorization")?.acknowledgement == .mute)
        #expect(state("entra_stale_accounts_disabled", "Pradeep Gupta")?.status == .open)
        #expect(state("exchange_mailbox_auditing_enabled", "Lynne Robbins")?.status == .open)
        #expect(state("sharepoint_external_sharing_limited", "SharePoint")?.result == .manual)
        #expect(state("sharepoint_external_sharing_limited", "SharePoint")?.lastSeenAt.utcDate == "2026-03-01")
        #expect(state("defender_safe_links_enabled", "Default")?.status == .open)
        #expect(ledger.row("exchange_transport_rules_no_forwarding", "Forward invoices")?.state.status == .open)
    }

    @Test("importing a run again, or an older one after a newer one, changes nothing but first_seen_at")
    func idempotent() throws {
        var ledger = Ledger()
        _ = try ledger.importRun(example("findings-run-1.ocsf.json"))
        let once = ledger.rows
        #expect(try ledger.importRun(example("findings-run-1.ocsf.json")) == [.unchanged: 8, .countOnly: 3])
        #expect(ledger.rows == once)
        _ = try ledger.importRun(example("findings-run-2.ocsf.json"))
        let twice = ledger.rows
        #expect(try ledger.importRun(example("findings-run-2.ocsf.json")) == [.unchanged: 7, .countOnly: 3])
        #expect(try ledger.importRun(example("findings-run-1.ocsf.json")) == [.unchanged: 9, .countOnly: 2])
        #expect(ledger.rows == twice)
    }

    @Test("the order of import does not matter for status and first_seen_at")
    func anyOrder() throws {
        var forward = Ledger()
        var backward = Ledger()
        for name in ["findings-run-1.ocsf.json", "findings-run-2.ocsf.json"] {
            _ = try forward.importRun(example(name))
        }
        for name in ["findings-run-2.ocsf.json", "findings-run-1.ocsf.json"] {
            _ = try backward.importRun(example(name))
        }
        #expect(forward.rows.keys.sorted() == backward.rows.keys.sorted())
        for (identity, row) in forward.rows {
            let other = try #require(backward.rows[identity])
            #expect(row.state.status == other.state.status)
            #expect(row.state.firstSeenAt == other.state.firstSeenAt)
        }
    }

    @Test("the summary tells a clean scan from none")
    func summary() throws {
        let outcome = try parse(example("findings-run-1.ocsf.json"), chunk: 1000)
        let source = try #require(outcome.summary.sources.first)
        #expect(outcome.summary.sources.count == 1)
        #expect(source.name == "Prowler")
        #expect(source.version == "5.46.0")
        #expect(source.records == 12)
        #expect(source.checksEvaluated == 9)
        #expect([source.passed, source.failed, source.muted, source.manual, source.errors] == [2, 8, 1, 1, 0])
        #expect(source.failedBySeverity[Int(Severity.high.rawValue)] == 5)
        #expect(source.newestAt == outcome.summary.runTime)
        #expect(outcome.warnings.total == 0)
    }

    @Test("the native example holds one finding of each status")
    func native() throws {
        let outcome = try parse(example("findings.native.jsonl"))
        #expect(outcome.records.map(\.status) == [.open, .acknowledged, .resolved])
        #expect(outcome.summary.sources.first?.checksEvaluated == 3)
        #expect(outcome.summary.sources.first?.failed == 2)
        #expect(outcome.summary.sources.first?.passed == 1)
    }

    @Test("checks are counted by source, each once; only a scanner's are handed out as evaluated")
    func evaluatedChecks() throws {
        func line(_ source: String, _ check: Int, _ code: String) -> String {
            ocsfSample.with("metadata.product.name", .text(source)).with("status_code", .text(code))
                .with("metadata.event_code", .text("check-\(check)")).json
        }
        var lines: [String] = []
        for check in 0..<1500 { lines += [line("A", check, "FAIL"), line("B", check, check < 10 ? "PASS" : "MANUAL")] }
        var parser = FindingsParser(options: .init())
        try Array((lines + lines).joined(separator: "\n").utf8).withUnsafeBytes {
            try parser.push($0) { _ in }
        }
        try parser.finish { _ in }
        #expect(parser.summary().sources.map(\.name) == ["A", "B"])
        #expect(parser.summary().sources.map(\.checksEvaluated) == [1500, 10])
        var evaluated: [String] = []
        parser.forEachEvaluatedCheck {
            evaluated.append(String(decoding: $0, as: UTF8.self) + String(decoding: $1, as: UTF8.self))
        }
        #expect(evaluated.count == 1510)
        #expect(Set(evaluated).count == 1510)
        #expect(evaluated.contains("Bcheck-9") && !evaluated.contains("Bcheck-10"))
    }

    @Test("more different checks or sources than any scanner has end the import")
    func tooMany() throws {
        let sources = (0...ScanTally.sourceLimit).map { nativeSample.with("source", .text("s\($0)")).json }
        #expect(parseFailure(sources.joined(separator: "\n"))?.reason == .tooMany)
        var table = CheckTable()
        let names = (0..<5).map { Array("check-\($0)".utf8) }
        let insertions = names.map { name in
            name.withUnsafeBytes { table.insert($0, source: 0, .resolving, limit: 4) }
        }
        #expect(insertions == [.added, .added, .added, .added, .full])
    }
}

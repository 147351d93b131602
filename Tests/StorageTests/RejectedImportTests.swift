import Bytes
import Domain
import Evidence
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Imports without a good record", .tags(.evidence))
struct RejectedImportTests {
    private static let badFinding = Native.line(1).replacing("\"uid\"", with: "\"guid\"")
    private static let badRun = #"{"id": "a", "status": "running"}"# + "\n"

    private static func findings(
        _ text: String, into tenant: TenantRecord, _ store: Store, stamp: ActionStamp = TestStore.owner
    ) async throws -> ImportResult {
        let session = try await store.beginFindingsImport(
            FindingsImportRequest(tenantID: tenant.id, skipsBadRecords: true), stamp: stamp)
        try await session.push(Array(text.utf8))
        return try await session.finish()
    }

    private static func operations(
        _ text: String, into tenant: TenantRecord, _ store: Store
    ) async throws -> ImportResult {
        let session = try await store.beginOperationsImport(
            into: tenant.id, skipsBadRecords: true, stamp: TestStore.owner)
        try await session.push(Array(text.utf8))
        return try await session.finish()
    }

    @Test("are none when they repeat one that succeeded, though the clock went back behind its records since")
    func retry() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let stamp = ActionStamp(
            actor: Actor(uid: 1), method: "ImportFindings", requestID: RequestID(high: 1, low: 1),
            requestDigest: Digest256(hashing: [1]))
        let line = Native.line(1, seen: test.clock.now.description)
        let first = try await Self.findings(line, into: tenant, test.store, stamp: stamp)
        test.clock.advance(minutes: -60)
        let again = try await Self.findings(line, into: tenant, test.store, stamp: stamp)
        #expect(again.operationRunID == first.operationRunID && again.counts.inserted == 1)
    }

    @Test("end as failed: an operation run with its reason, an audit event, an error that says so; nothing changes")
    func findings() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(2), into: tenant)
        let before = try await test.evidence(tenant)
        for text in [Self.badFinding, Self.badFinding + "7\n" + Self.badFinding] {
            let error = await #expect(throws: ProductError.self) {
                _ = try await Self.findings(text, into: tenant, test.store)
            }
            #expect(error?.reason == .allRecordsRejected)
            let run = try #require(try await test.latestRun(of: .importFindings, in: tenant))
            #expect(error?.metadata["operation_run"] == run.id.description)
            #expect(run.outcome == .failed)
            #expect(run.reasonCode == "all_records_rejected")
            #expect(run.context.contains("uid"))
            test.clock.advance(minutes: 1)
        }
        #expect(try await test.evidence(tenant) == before)
        #expect(try await test.count("source_state") == 1)
        #expect(try await test.count("audit_event", where: "reason = 'all_records_rejected'") == 2)
        #expect(
            try await Self.findings(Self.badFinding + Native.line(3), into: tenant, test.store).counts.rejected == 1)
    }

    @Test("of operation runs end as failed as well")
    func operations() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let error = await #expect(throws: ProductError.self) {
            _ = try await Self.operations(Self.badRun, into: tenant, test.store)
        }
        #expect(error?.reason == .allRecordsRejected)
        #expect(try await test.latestRun(of: .importOperations, in: tenant)?.outcome == .failed)
        #expect(try await test.count("operation_run", where: "imported = 1") == 0)
    }

    @Test("that hold no records at all are none of these: an empty scan succeeds")
    func empty() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        #expect(try await Self.findings("[]", into: tenant, test.store).counts.read == 0)
        #expect(try await Self.operations("", into: tenant, test.store).counts.read == 0)
    }
}

@Suite("Data of the future", .tags(.evidence))
struct FutureDataTests {
    @Test("is refused by every import, whatever its form, and leaves nothing")
    func refused() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let soon = test.clock.now.advanced(byMinutes: TimeGuard.toleranceMinutes + 1)
        func refusal(_ body: () async throws -> Void) async -> Reason? { await reason(body) }
        #expect(
            await refusal {
                _ = try await test.importFindings(
                    OCSF.run("r", at: soon.description, [("mfa", "a", "PASS")]), into: tenant)
            } == .timeInFuture)
        #expect(
            await refusal {
                _ = try await test.importFindings(
                    Array(Native.line(1, seen: soon.description).utf8), into: tenant)
            } == .timeInFuture)
        let run =
            #"{"id":"x","type":"collector.nightly","status":"running","started_at":"\#(soon)","context":{}}"#
        #expect(await refusal { _ = try await test.importOperations(run, into: tenant) } == .timeInFuture)
        for settings in [HardeningSettings(lastCheckedAt: soon), HardeningSettings(lastSetupAt: soon)] {
            #expect(
                await refusal {
                    _ = try await test.store.putHardening(
                        settings, of: tenant.id, inputSHA256: Digest256(hashing: []), stamp: TestStore.owner)
                } == .timeInFuture)
        }
        #expect(
            await refusal {
                let session = try await test.store.beginReportImport(
                    ReportImportRequest(tenantID: tenant.id, type: .entraAdminRoles, measuredAt: soon),
                    stamp: TestStore.owner)
                try await session.push(Array("{}".utf8))
                _ = try await session.finish()
            } == .timeInFuture)
        #expect(
            await refusal {
                try await test.store.recordScan(
                    ScanOutcome(type: .permissionPosture, startedAt: soon), of: tenant.id, stamp: TestStore.owner)
            } == .timeInFuture)
        for table in ["finding", "report", "source_state", "hardening"] { #expect(try await test.count(table) == 0) }
        #expect(try await test.latestRun(of: .permissionPostureScan, in: tenant) == nil)
    }

    @Test("is judged by the clock when it comes, not by that of the import's beginning")
    func longImports() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let session = try await test.store.beginFindingsImport(
            FindingsImportRequest(tenantID: tenant.id), stamp: TestStore.owner)
        test.clock.advance(minutes: 50)
        try await session.push(Array(Native.line(1, seen: test.clock.now.description).utf8))
        #expect(try await session.finish().counts.inserted == 1)
    }

    @Test("that is stored from before is no scan's success, and hides no source's newer run")
    func stored() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let real = test.clock.now
        try await test.store.recordScan(
            ScanOutcome(type: .permissionPosture, startedAt: real), of: tenant.id, stamp: TestStore.owner)
        _ = try await test.importFindings(
            OCSF.run("r1", at: "2026-02-08T00:00:00Z", [("mfa", "a", "FAIL")]), into: tenant)
        try await test.store.write { transaction in
            try transaction.execute(
                """
                INSERT INTO operation_run (id, tenant, type, status, outcome, initiator, started_at, finished_at,
                    context, imported)
                SELECT randomblob(16), tenant, type, status, outcome, initiator, 253370764800000, 253370764800000,
                    '{}', 1
                FROM operation_run WHERE type = 'tenant.permission_posture.scan'
                """, [])
            try transaction.execute("UPDATE source_state SET last_run_at = 253370764800000", [])
        }
        test.clock.advance(days: 3)
        let history = try await test.store.listTenantScans(visible: .everything, page: PageRequest(limit: 1)).items[0]
        #expect(history.scans[.permissionPosture]?.lastSuccessAt == real)
        #expect(history.scans[.permissionPosture]?.lastRunAt == real)
        #expect(TimedAlerts.stale([history], now: test.clock.now, staleAfterHours: 48).count == 1)
        _ = try await test.importFindings(
            OCSF.run("r2", at: "2026-02-09T00:00:00Z", [("mfa", "a", "FAIL")]), into: tenant)
        #expect(
            try await test.store.read { try String.fetchOne($0, sql: "SELECT last_run_id FROM source_state") } == "r2")
        #expect(
            Staleness.isStale(
                lastSuccessAt: test.clock.now.advanced(byDays: 1000), existingSince: real, now: test.clock.now,
                limitHours: 48))
    }
}

@Suite("Names of imported records", .tags(.redaction))
struct ImportedNameTests {
    @Test("are known of records that are only counted, that join others, and of further resources")
    func gathered() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let text = String(
            decoding: OCSF.run(
                "r1", at: "2026-02-08T00:00:00Z",
                [
                    ("mfa", "Anna Passes", "PASS"), ("mfa", "Max Manual", "MANUAL"), ("mfa", "Fred Fails", "FAIL"),
                    ("mfa", "Fred Fails", "PASS"), ("mfa", "Ivo Skipped", "SKIPPED"),
                ]), as: UTF8.self)
        _ = try await test.importFindings(Array(text.utf8), into: tenant)
        let names = try await test.evidence(tenant).identities
        #expect(names.isSuperset(of: ["Anna Passes", "Max Manual", "Fred Fails", "Ivo Skipped"]))
    }

    @Test("are known of canaries that are named after mailboxes, and of none that are words")
    func canaries() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let settings = HardeningSettings(
            canaryResults: [.init(name: "anna@contoso.com", result: "ok"), .init(name: "forwarding", result: "ok")])
        _ = try await test.store.putHardening(
            settings, of: tenant.id, inputSHA256: Digest256(hashing: []), stamp: TestStore.owner)
        #expect(try await test.evidence(tenant).identities == ["anna@contoso.com", "anna"])
    }

    @Test("a name that comes a second time is gathered no more, and one that comes anew is")
    func recent() {
        var recent = RecentTexts()
        func isNew(_ text: String) -> Bool { Array(text.utf8).withUnsafeBytes { recent.isNew($0) } }
        #expect(isNew("Anna"))
        #expect(!isNew("Anna"))
        #expect(isNew("anna"))
        for number in 0..<200_000 { _ = isNew("name \(number)") }
        #expect(!isNew("name 199999"))
    }
}

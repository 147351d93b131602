import Domain
import Evidence
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Scans", .tags(.evidence))
struct ScanTests {
    @Test(
        "a failed scan is a run with its reason, an audit event and a notification, and a retry is none of these again")
    func failure() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.store.createAlertRule(
            .scanFailed, scope: .tenant(tenant.id), receiver: .user(uid: 5), stamp: TestStore.owner)
        let scan = ScanOutcome(type: .permissionPosture, startedAt: test.clock.now, failure: .timeout)
        let stamp = TestStore.stamp("RecordScan", request: 1)
        let id = try await test.store.recordScan(scan, of: tenant.id, stamp: stamp)
        test.clock.advance(minutes: 5)
        #expect(try await test.store.recordScan(scan, of: tenant.id, stamp: stamp) == id)

        let run = try #require(
            try await test.latestRun(of: .permissionPostureScan, in: tenant))
        #expect(run.id == id && run.outcome == .failed && run.reasonCode == "timeout" && run.status == .completed)
        var filter = AuditFilter()
        filter.action = AuditAction.recordScan.rawValue
        let events = try await test.store.listAuditEvents(filter, newestFirst: false, page: PageRequest(limit: 9)).items
        #expect(events.map(\.outcome) == [.failed] && events.first?.reason == "timeout")
        let messages = try await test.store.listNotifications(
            for: [.user(uid: 5)], unreadOnly: true, page: PageRequest(limit: 9)
        ).items
        #expect(messages.map(\.kind) == [.scanFailed])
        #expect(messages.first?.body.contains(ScanFailure.timeout.explanation) == true)
    }

    @Test("the same request_id for another scan is refused, and nothing of it is kept")
    func reused() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let scan = ScanOutcome(type: .permissionPosture, startedAt: test.clock.now)
        try await test.store.recordScan(
            scan, of: tenant.id, stamp: TestStore.stamp("RecordScan", request: 1, digest: "one"))
        let other = TestStore.stamp("RecordScan", request: 1, digest: "two")
        #expect(
            await reason { try await test.store.recordScan(scan, of: tenant.id, stamp: other) } == .requestIDReused)
    }

    @Test("a scan that succeeded names its import's run, which must be one of the same tenant")
    func importRun() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let other = try await test.tenant("Other", number: 2)
        let imported = try await test.importReport("{}", into: tenant).operationRunID
        let scan = ScanOutcome(type: .entraAdminRoles, startedAt: test.clock.now, importRunID: imported)
        try await test.store.recordScan(scan, of: tenant.id, stamp: TestStore.owner)
        let run = try await test.latestRun(of: .entraAdminRolesScan, in: tenant)
        #expect(run?.outcome == .succeeded && run?.context == #"{"import_run":"\#(imported)"}"#)
        #expect(
            await reason { try await test.store.recordScan(scan, of: other.id, stamp: TestStore.owner) }
                == .invalidField)
        #expect(try await test.latestRun(of: .entraAdminRolesScan, in: other) == nil)
    }

    @Test("the history of a tenant's scans has the last run and the last success, by type and page by page")
    func history() async throws {
        let test = try TestStore()
        let alpha = try await test.tenant("Alpha")
        let beta = try await test.tenant("Beta", number: 2)
        let first = test.clock.now
        try await test.store.recordScan(
            ScanOutcome(type: .permissionPosture, startedAt: first), of: alpha.id, stamp: TestStore.owner)
        test.clock.advance(days: 1)
        try await test.store.recordScan(
            ScanOutcome(type: .permissionPosture, startedAt: test.clock.now, failure: .collectorFailed), of: alpha.id,
            stamp: TestStore.owner)
        let one = try await test.store.listTenantScans(visible: .everything, page: PageRequest(limit: 1))
        #expect(one.items.map(\.tenant.id) == [alpha.id])
        #expect(
            one.items[0].scans == [
                .permissionPosture: RunHistory(
                    lastRunAt: test.clock.now, lastOutcome: .failed, reasonCode: "collector_failed",
                    lastSuccessAt: first), .entraAdminRoles: RunHistory(),
            ])
        let two = try await test.store.listTenantScans(
            visible: .everything, page: PageRequest(limit: 1, after: one.next))
        #expect(two.items.map(\.tenant.id) == [beta.id] && two.next == nil)
        let visible = VisibleScopes.some(workspaces: [], tenants: [beta.id])
        #expect(
            try await test.store.listTenantScans(visible: visible, page: PageRequest(limit: 9)).items.map(\.tenant.id)
                == [beta.id])
    }

    @Test("the last run of the system's own is prune's, not a tenant's")
    func prune() async throws {
        let test = try TestStore()
        _ = try await test.tenant()
        #expect(try await test.store.systemRuns(of: .prune) == RunHistory())
        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        let history = try await test.store.systemRuns(of: .prune)
        #expect(history.lastOutcome == .succeeded && history.lastSuccessAt == test.clock.now)
    }

    @Test(
        "stale is later than the limit after the last success, or after the beginning when there was none",
        arguments: [
            (-48 * 3600, false), (-48 * 3600 - 1, true), (0, false), (60, false),
        ] as [(Int64, Bool)])
    func staleness(seconds: Int64, isStale: Bool) {
        let now = TestClock.start
        let then = now.advanced(byMilliseconds: seconds * 1000)
        #expect(
            Staleness.isStale(lastSuccessAt: then, existingSince: .earliest, now: now, limitHours: 48) == isStale)
        #expect(Staleness.isStale(lastSuccessAt: nil, existingSince: then, now: now, limitHours: 48) == isStale)
    }
}

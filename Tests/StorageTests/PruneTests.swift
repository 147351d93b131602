import Domain
import Foundation
import GRDB
import Synchronization
import SystemIO
import TestTags
import Testing

@testable import Storage

@Suite("Prune", .tags(.upkeep))
struct PruneTests {
    private let options = PruneOptions(hardDelete: true)

    private func prune(_ test: TestStore, _ options: PruneOptions) async throws -> PruneResult {
        try await test.store.prune(options, stamp: TestStore.owner)
    }

    @Test("expires what is past its time, deletes what is past its grace, and touches nothing else")
    func prune() async throws {
        let test = try TestStore()
        let due = try await test.pack(.ready, of: try await test.tenant("A", number: 1), days: 5)
        let later = try await test.pack(.ready, of: try await test.tenant("B", number: 2), days: 500)
        let old = try await test.pack(.expired, of: try await test.tenant("C", number: 3))
        test.clock.advance(days: 10)
        _ = try await prune(test, PruneOptions())
        test.clock.advance(days: 25)
        let young = try await test.pack(.expired, of: try await test.tenant("D", number: 4))
        let plan = try await test.store.planPrune(options)
        #expect(plan.expire.isEmpty && plan.delete.map(\.id) == [old.id])
        let result = try await prune(test, options)
        #expect(result.expired == 0 && result.deleted == 1)
        #expect(try await test.store.pack(old.id) == nil)
        #expect(try await test.store.operationRun(old.operationRunID, inSight: { _, _ in true }) == nil)
        #expect(try await test.store.pack(due.id)?.storedStatus == .expired)
        #expect(try await test.store.pack(later.id) == later)
        #expect(try await test.store.pack(young.id) == young)
        #expect(try test.exports() == [later.file])
        #expect(try await test.store.verifyAuditChain().isIntact)
    }

    @Test("a pack that this prune expires keeps its row for the grace period, counted from now")
    func grace() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant(), days: 1)
        test.clock.advance(days: 100)
        let first = try await prune(test, options)
        #expect(first.expired == 1 && first.deleted == 0)
        test.clock.advance(days: 30)
        #expect(try await prune(test, options).deleted == 0)
        test.clock.advance(milliseconds: 1)
        #expect(try await prune(test, options).deleted == 1)
        #expect(try await test.store.pack(pack.id) == nil)
    }

    @Test("the plan of a dry run writes nothing and is what a prune does")
    func dryRun() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant(), days: 1)
        test.clock.advance(days: 2)
        let events = try await test.count("audit_event")
        let plan = try await test.store.planPrune(options)
        #expect(plan.expire.map(\.id) == [pack.id] && plan.expire[0].since == pack.expiresAt)
        #expect(try await test.count("audit_event") == events)
        #expect(try await prune(test, options).expired == 1)
    }

    @Test("a clock far past the last prune deletes nothing without force; one that went back revives nothing")
    func clock() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.expired, of: try await test.tenant())
        _ = try await prune(test, options)
        test.clock.advance(days: 31)
        let careful = try await prune(test, options)
        #expect(careful.deleted == 0 && careful.warning?.contains("--force") == true)
        // Not by asking twice, and not by a prune that deletes no records: neither makes the clock right.
        #expect(try await prune(test, options).deleted == 0)
        #expect(try await prune(test, PruneOptions()).warning != nil)
        #expect(try await prune(test, options).deleted == 0)
        test.clock.now = TestClock.start.advanced(byDays: -100)
        #expect(try await prune(test, options).deleted == 0)
        #expect(try await test.store.pack(pack.id)?.storedStatus == .expired)
        test.clock.now = TestClock.start.advanced(byDays: 200)
        var forced = options
        forced.force = true
        #expect(try await prune(test, forced).deleted == 1)
        #expect(try await prune(test, options).warning == nil)
    }

    @Test("a clock behind the last prune deletes nothing either, and what is history by age is spared like packs")
    func backFromTheFuture() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.pack(.failed, of: tenant)
        _ = try await prune(test, options)
        test.clock.advance(days: 900)
        let far = try await prune(test, options)
        #expect(far.warning != nil && far.history.failedPacks == 0)
        var forced = options
        forced.force = true
        _ = try await prune(test, forced)
        test.clock.now = TestClock.start.advanced(byDays: 400)
        #expect(try await prune(test, options).warning != nil)
        #expect(try await prune(test, forced).warning == nil)
    }

    @Test("a file that cannot be removed holds up no other: not a prune, not a new pack, not the next start")
    func stubborn() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let stuck = try await test.pack(.ready, of: tenant, days: 1)
        let path = test.path + "/exports/\(stuck.id).zip"
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path + "/x", withIntermediateDirectories: true)
        try await test.change(tenant)
        let other = try await test.tenant("Other", number: 2)
        let due = try await test.pack(.ready, of: other, days: 1)
        test.clock.advance(days: 2)

        let queued = try await test.store.requestGeneration(
            GenerationRequest(tenantID: tenant.id, options: PackOptions(), retentionDays: 90), stamp: TestStore.owner
        ).pack
        #expect(queued.storedStatus == .queued)
        #expect(try await prune(test, options).expired == 1)
        #expect(try await test.store.pack(due.id)?.file == nil)
        #expect(try await test.store.pack(stuck.id)?.file != nil)

        let again = try await test.reopened()
        _ = try await again.store.recover()
        try FileManager.default.removeItem(atPath: path)
        _ = try await again.store.recover()
        #expect(try await again.store.pack(stuck.id)?.file == nil)
    }

    @Test("two prunes never run at once")
    func exclusive() async throws {
        let test = try TestStore()
        test.store.pruneIsRunning.store(true, ordering: .relaxed)
        #expect(await reason { _ = try await self.prune(test, PruneOptions()) } == .pruneInProgress)
        test.store.pruneIsRunning.store(false, ordering: .relaxed)
        _ = try await prune(test, PruneOptions())
        // A prune that fails gives its turn back.
        _ = try await test.pack(.ready, of: try await test.tenant(), days: 1)
        test.clock.advance(days: 2)
        test.faults.arm(.pruneBeforeBatch)
        await #expect(throws: (any Error).self) { _ = try await self.prune(test, PruneOptions()) }
        #expect(try await prune(test, PruneOptions()).expired == 1)
    }

    @Test("a prune that fails is the last run, until one succeeds; both are in the audit log")
    func failure() async throws {
        let test = try TestStore()
        _ = try await test.pack(.ready, of: try await test.tenant(), days: 1)
        test.clock.advance(days: 2)
        test.faults.arm(.pruneBeforeBatch)
        await #expect(throws: (any Error).self) { _ = try await self.prune(test, PruneOptions()) }
        let failed = try await test.store.systemRuns(of: .prune)
        #expect(failed.lastOutcome == .failed && failed.reasonCode == "internal" && failed.lastSuccessAt == nil)
        test.clock.advance(minutes: 1)
        _ = try await prune(test, PruneOptions())
        let succeeded = try await test.store.systemRuns(of: .prune)
        #expect(succeeded.lastOutcome == .succeeded && succeeded.lastSuccessAt == test.clock.now)
        var filter = AuditFilter()
        filter.action = AuditAction.prune.rawValue
        let events = try await test.store.listAuditEvents(filter, newestFirst: false, page: PageRequest(limit: 9)).items
        #expect(events.map(\.outcome) == [.failed, .ok])
    }

    @Test("a prune that the disk fails is recorded with the disk's reason")
    func diskFailure() async throws {
        let test = try TestStore()
        _ = try await test.pack(.ready, of: try await test.tenant(), days: 1)
        test.clock.advance(days: 2)
        test.faults.arm(.pruneBeforeBatch, throwing: SystemError(EIO, "fsync"))
        await #expect(throws: (any Error).self) { _ = try await self.prune(test, PruneOptions()) }
        #expect(try await test.store.systemRuns(of: .prune).reasonCode == "io_error")
    }

    @Test("a prune that is cut short is recorded, although its task is cancelled")
    func cutShort() async throws {
        let test = try TestStore()
        let pruning = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await self.prune(test, PruneOptions())
        }
        await #expect(throws: (any Error).self) { _ = try await pruning.value }
        #expect(try await test.store.systemRuns(of: .prune).reasonCode == "cancelled")
    }

    @Test(
        "history goes: runs, read notifications, superseded reports, failed packs, resolved findings; the newest stay")
    func history() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(4), into: tenant)
        _ = try await test.importFindings(
            Native.lines(2, status: "resolved", seen: "2026-02-02T00:00:00Z"), into: tenant)
        for number in 1...3 {
            test.clock.advance(minutes: 1)
            _ = try await test.importReport("{\"n\":\(number)}", into: tenant)
        }
        _ = try await test.pack(.failed, of: tenant)
        _ = try await test.store.markRead(nil, for: [.user(uid: 1000)], stamp: TestStore.owner)
        let before = try await test.evidence(tenant)
        test.clock.advance(days: 401)
        let result = try await prune(test, PruneOptions())
        #expect(result.history.findings == 2 && result.history.reports == 2 && result.history.failedPacks == 1)
        #expect(result.history.notifications == 1)
        // Of three report imports the newest stays; both findings imports began at one instant, so neither is the
        // older.
        #expect(result.history.operationRuns == 2)
        #expect(result.expired == 0 && result.deleted == 0)
        #expect(try await test.evidence(tenant) == before)
        #expect(try await test.count("finding_detail") == 2)
    }

    @Test("a run of the service's own stays when only an imported one is newer, which no schedule shows")
    func importedRuns() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importReport(#"{"n":1}"#, into: tenant)
        for later in [1000, 2000] {
            try await test.sql(
                """
                INSERT INTO operation_run (id, tenant, type, status, outcome, initiator, started_at, context, imported)
                SELECT randomblob(16), tenant, type, status, 1, initiator, started_at + \(later), context, 1
                FROM operation_run WHERE tenant IS NOT NULL AND imported = 0
                """)
        }
        test.clock.advance(days: 401)
        #expect(try await prune(test, PruneOptions()).history.operationRuns == 1, "the older imported one")
        #expect(try await test.count("operation_run", where: "tenant IS NOT NULL AND imported = 0") == 1)
    }

    @Test("a run stays for as long as a retry of its request is answered from it")
    func retries() async throws {
        let test = try TestStore { $0.idempotencyHours = 30 * 24 }
        let tenant = try await test.tenant()
        let stamp = TestStore.stamp("ImportReport", request: 4)
        let first = try await test.importReport(#"{"n":1}"#, into: tenant, stamp: stamp)
        test.clock.advance(minutes: 1)
        _ = try await test.importReport(#"{"n":2}"#, into: tenant)
        test.clock.advance(days: 20)
        let options = PruneOptions(historyDays: 7)
        #expect(try await test.store.planPrune(options).history.operationRuns == 0)
        #expect(try await prune(test, options).history.operationRuns == 0)
        let again = try await test.importReport(#"{"n":1}"#, into: tenant, stamp: stamp)
        #expect(again.isReplay && again.operationRunID == first.operationRunID)
        test.clock.advance(days: 11)
        #expect(try await prune(test, options).history.operationRuns == 1)
    }

    @Test(
        "random histories of generate, expire, prune and crash: rows, files and clock agree after each",
        arguments: 1...4)
    func histories(_ seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        var test = try TestStore()
        let owner = test
        var tenants: [TenantRecord] = []
        for number in 1...3 { tenants.append(try await test.tenant("T\(number)", number: UInt64(number))) }
        let points: [FaultPoint] = [
            .expireAfterCommit, .expireAfterUnlink, .expireBeforePathCleared, .pruneBeforeBatch, .pruneAfterRowsDeleted,
            .completeBeforeCommit, .publishBeforeRename,
        ]
        for _ in 0..<40 {
            let tenant = tenants[Int(random.next() % 3)]
            if random.next() % 4 == 0 { test.faults.arm(points[Int(random.next() % UInt64(points.count))]) }
            switch random.next() % 6 {
            case 0, 1:
                _ = try? await test.pack(
                    random.next() % 2 == 0 ? .ready : .generating, of: tenant, days: Int(random.next() % 40))
            case 2:
                if let pack = try await test.store.newestPack(of: tenant.id) {
                    _ = try? await test.store.expirePack(pack.id, stamp: TestStore.owner)
                }
            case 3:
                _ = try? await prune(test, PruneOptions(hardDelete: true, force: true, graceDays: 10, historyDays: 50))
            case 4: test.clock.advance(days: Int(random.next() % 20))
            default:
                test.faults.disarm()
                test = try await test.reopened()
                _ = try await test.store.recover()
                try await agree(test)
            }
        }
        test.faults.disarm()
        test = try await test.reopened()
        _ = try await test.store.recover()
        try await agree(test)
        _ = owner
    }

    /// Every ready row has its file, every file its row, and nothing is active after a start.
    private func agree(_ test: TestStore) async throws {
        let packs = try await test.store.listPacks(
            PackFilter(), sort: .generatedAt, visible: .everything, page: PageRequest(limit: 1000)
        ).items
        #expect(packs.allSatisfy { !$0.storedStatus.isActive })
        #expect(packs.allSatisfy { ($0.file != nil) == ($0.storedStatus == .ready) })
        #expect(try test.exports() == packs.compactMap(\.file).sorted())
        #expect(try await test.store.verifyAuditChain().isIntact)
    }
}

/// A small seeded generator, so that a failing history can be repeated.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return (z ^ (z >> 31)) >> 11
    }
}

extension PruneResult {
    fileprivate var line: String { "\(expired) packs expired, \(deleted) packs hard-deleted" }
}

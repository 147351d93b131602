import CrashTesting
import Storage
import TestTags
import Testing

/// Every persistence step of the store, with a process that dies at it.
@Suite("A process that dies at a persistence step", .tags(.durability))
struct FaultPointTests {
    @Test("keeps every acknowledged change, and leaves nothing half done", arguments: FaultPoint.allCases)
    func everyPoint(_ point: FaultPoint) async throws {
        let plan = Self.plan(point)
        await Turnstile.daemons.enter()
        let outcome: Result<Void, any Error>
        do {
            var bomb = Bomb(faultDaemon: Programs.faultDaemon, daemon: Programs.daemon)
            if plan.isPastDue {
                bomb.interposer = try await CrashTools.shared.interposer()
                bomb.clockAhead = 2 * 86_400
            }
            try await bomb.explode(
                at: plan.name ?? point.rawValue, by: plan.trigger, on: CrashTools.shared.preparedState())
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await Turnstile.daemons.leave()
        try outcome.get()
    }

    private struct Plan {
        var trigger: Bomb.Trigger
        /// The clock is past the time of the ready pack.
        var isPastDue = false
        /// When it takes more than the point alone.
        var name: String?
    }

    /// What leads to a step. A step without a row here does not compile, and one that is not reached fails the test.
    private static func plan(_ point: FaultPoint) -> Plan {
        switch point {
        case .requestBeforeCommit, .requestAfterCommit, .markBeforeCommit, .markAfterCommit, .snapshotBeforeRead,
            .publishAfterCreate, .publishBeforeSync, .publishBeforeRename, .publishBeforeDirectorySync,
            .publishAfterDirectorySync, .completeBeforeCommit, .completeAfterCommit:
            Plan(trigger: .steps(generation))
        case .failBeforeCommit, .failAfterCommit:
            // The fsync of the pack fails, and the process dies while it says so.
            Plan(trigger: .steps(generation), name: "publishBeforeSync:\(point.rawValue)")
        case .expireBeforeCommit, .expireAfterCommit, .removeBeforeDirectorySync, .expireAfterUnlink,
            .expireBeforePathCleared, .expireAfterPathCleared:
            Plan(trigger: .steps(expiry))
        case .pruneBeforeBatch, .pruneBeforeBatchCommit, .pruneAfterBatchCommit:
            Plan(trigger: .steps([{ _ in .prune }]), isPastDue: true)
        case .pruneAfterRowsDeleted, .pruneAfterRowsCommit, .pruneBeforeRecord, .pruneAfterRecord:
            Plan(trigger: .steps([{ _ in .prune }]))
        case .importBeforeApply, .importDuringApply, .importBeforeCommit, .importAfterCommit:
            Plan(trigger: .steps([evidence]))
        case .eventBeforeCommit, .eventAfterCommit:
            Plan(trigger: .steps([{ ledger in ledger.readyPacks.first.map(Step.token) }]))
        case .deleteTenantBeforeCommit, .deleteTenantAfterCommit, .deleteTenantBeforeUnlink,
            .deleteTenantAfterUnlink:
            Plan(trigger: .steps([{ _ in .delete }]))
        case .backupAfterFolder, .backupAfterSnapshot, .backupAfterLinks:
            Plan(trigger: .steps([{ _ in .backup }]))
        case .recoverBeforeCommit, .recoverAfterCommit, .recoverAfterOrphans:
            Plan(trigger: .start(after: FaultPoint.completeBeforeCommit.rawValue, generation))
        case .recoverAfterDeletions:
            Plan(trigger: .start(after: FaultPoint.expireAfterCommit.rawValue, expiry))
        case .recoverAfterBackup:
            Plan(trigger: .start(after: FaultPoint.backupAfterLinks.rawValue, [{ _ in .backup }]))
        case .checkBeforeFirstLook, .checkBeforeSecondLook: Plan(trigger: .check)
        }
    }

    private static let requestIDs = [
        "0190aaaa-0000-4000-8000-000000000001", "0190aaaa-0000-4000-8000-000000000002",
    ]

    private static let evidence: @Sendable (TenantLedger) -> Step? = { _ in
        .findings(requestID: requestIDs[0], numbers: 100..<107)
    }

    /// New evidence, and a pack of it.
    private static let generation: [@Sendable (TenantLedger) -> Step?] = [
        evidence, { _ in .generate(requestID: requestIDs[1], includePII: true) },
        { ledger in ledger.activePacks.first.map(Step.watch) },
    ]

    private static let expiry: [@Sendable (TenantLedger) -> Step?] = [
        { ledger in ledger.readyPacks.first.map(Step.expire) }
    ]
}

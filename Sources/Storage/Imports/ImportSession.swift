import Bytes
import Dispatch
package import Domain
import Evidence
import GRDB
import Synchronization

/// One import under way, of any kind: takes the input's bytes, then applies it; `finish` or `abort` ends it.
///
/// Bytes are read and staged outside of any lock, in files without a name. Only `finish` writes: one transaction that
/// opens after the last byte was read. Whatever goes wrong before its commit leaves nothing behind but names, which are
/// written ahead and do no harm (`Store.writeAhead`).
package final class ImportSession: Sendable {
    private let store: Store
    private let tenantID: TenantID
    private let stamp: ActionStamp
    private let startedAt: UnixMillis
    private let queue = ImportQueue()
    private let confined: ConfinedStage
    private let findsNames: Bool
    private let isAborted = Atomic(false)
    private let share: StagedShare

    init(store: Store, tenantID: TenantID, stage: any ImportStage, stamp: ActionStamp) {
        self.store = store
        self.tenantID = tenantID
        self.stamp = stamp
        startedAt = store.now()
        share = store.staging.share()
        confined = ConfinedStage(stage: stage)
        findsNames = stage.findsNames
    }

    /// Reads and stages the next bytes of the input, split anywhere; throws at the first that cannot be used.
    package func push(_ bytes: [UInt8]) async throws {
        try await reporting { [confined, share] in
            try confined.stage.push(bytes)
            try share.hold(confined.stage.heldBytes)
        }
    }

    /// Ends the input and applies it. Cancelling the task aborts: throws CANCELLED, unless the commit was reached
    /// before.
    package func finish() async throws -> ImportResult {
        // Otherwise the one writer would be held to the end for a caller who has left.
        try await withTaskCancellationHandler {
            guard findsNames else {
                return try await store.inTurn {
                    try await reporting { [self] in
                        try confined.stage.end()
                        return try apply(nil)
                    }
                }
            }
            let requester = Requester.current
            let names = try await store.writingNames {
                try await reporting { [self] in try writeNames(for: requester) }
            }
            return try await store.inTurn { try await reporting { [self] in try apply(names) } }
        } onCancel: {
            abort()
        }
    }

    /// Drops what was staged. An application that runs already stops at its next record.
    package func abort() {
        isAborted.store(true, ordering: .relaxed)
        queue.later { [confined, share] in
            confined.stage.clear()
            try? share.hold(0)
        }
    }

    private func reporting<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await queue.run(work)
        } catch {
            throw StoreFailure.report(error, store.logger)
        }
    }

    /// The end of the input, and all names but the last batch; none of an input whose every record was bad.
    private func writeNames(for requester: Requester) throws -> NameBatch {
        try confined.stage.end()
        guard confined.stage.rejection == nil else { return NameBatch() }
        return try store.writeAhead(
            confined.stage.takeNames(), of: tenantID, for: requester, shouldStop: checkAborted)
    }

    private func apply(_ names: NameBatch?) throws -> ImportResult {
        let stage = confined.stage
        let digest = stamp.digest(withInput: stage.inputSHA256)
        if let record = stage.rejection {
            return try store.recordRejection(
                of: stage.kind, record, in: tenantID, startedAt: startedAt, stamp: stamp, digest: digest)
        }
        try store.configuration.faults?(.importBeforeApply)
        let result = try store.writeAlone { transaction in
            try checkAborted()
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return earlier }
            let tenant = try TenantKey.require(tenantID, transaction.database)
            let record = try stage.apply(in: transaction, to: tenant, shouldStop: checkAborted)
            try names?.insert(into: tenant.number, transaction.database)
            let result = try transaction.recordImport(
                stage.kind, record, tenant: tenant, startedAt: startedAt, stamp: stamp, digest: digest)
            try checkAborted()
            try store.configuration.faults?(.importBeforeCommit)
            return result
        }
        try store.configuration.faults?(.importAfterCommit)
        return result
    }

    private func checkAborted() throws {
        if isAborted.load(ordering: .relaxed) { throw CancellationError() }
    }
}

/// What is particular to one kind of import: how its input is read, and what is written of it.
///
/// Its session calls it on one queue, so it needs no locks and may block.
protocol ImportStage: AnyObject {
    var kind: ImportKind { get }

    /// Whether names are found in the input, which are written ahead of it.
    var findsNames: Bool { get }

    func push(_ bytes: [UInt8]) throws

    /// Ends the input; throws when it is cut off. What follows is known from here on.
    func end() throws

    var inputSHA256: Digest256 { get }

    /// What is recorded of an input whose every record was bad; nil for any other.
    var rejection: ImportRecord? { get }

    /// The names that were found; they can be taken once.
    func takeNames() -> NameRuns

    /// Writes what was read; called once.
    func apply(
        in transaction: WriteTransaction, to tenant: TenantKey, shouldStop: () throws -> Void
    ) throws -> ImportRecord

    /// What the import takes while it is under way, in memory and on disk.
    var heldBytes: Int64 { get }

    func clear()
}

extension ImportStage {
    var findsNames: Bool { true }
    var rejection: ImportRecord? { nil }
}

/// Confined to its session's queue, which alone calls the stage; that is what makes it safe to send.
private struct ConfinedStage: @unchecked Sendable {
    let stage: any ImportStage
}

/// The serial queue of one import: its state is touched on it alone, so a parser without locks is safe, and neither an
/// event loop nor the cooperative pool ever parses or waits for a disk.
private final class ImportQueue: Sendable {
    private let queue = DispatchQueue(label: "reviewpack.import")

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }

    func later(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
}

extension Store {
    /// Begins an import; NOT_FOUND when there is no such tenant.
    package func beginImport(_ request: ImportRequest, stamp: ActionStamp) async throws -> ImportSession {
        let tenantID = request.tenantID
        let stage: any ImportStage
        switch request {
        case .findings(let request):
            let (tenant, key) = try await read { database in
                let tenant = try TenantKey.require(tenantID, database)
                return (tenant.externalID, try FingerprintKey.read(of: tenant.number, database))
            }
            stage = FindingsStage(
                request, of: tenant, key: key, configuration: configuration, state: state, now: { self.now() })
        case .report(let request):
            let tenant = try await read { try TenantKey.require(tenantID, $0).externalID }
            stage = ReportStage(request, of: tenant, configuration: configuration, state: state)
        case .operations(_, let skipsBadRecords):
            _ = try await read { try TenantKey.require(tenantID, $0) }
            stage = OperationsStage(skipsBadRecords: skipsBadRecords, state: state, now: { self.now() })
        }
        return ImportSession(store: self, tenantID: tenantID, stage: stage, stamp: stamp)
    }
}

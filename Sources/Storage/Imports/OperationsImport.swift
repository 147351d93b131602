import Bytes
import Crypto
import Domain
import Evidence
import Foundation
import GRDB
import Synchronization

/// Reads operation runs of a tenant from JSON lines and stores them in one transaction; `finish` or `abort` ends it.
///
/// Runs are told apart by their ids. A known imported run is brought up to date; a run that the daemon itself recorded
/// is never touched by an import.
public final class OperationsImport: Sendable {
    private let store: Store
    private let tenantID: TenantID
    private let stamp: ActionStamp
    private let startedAt: UnixMillis
    private let queue = ImportQueue()
    private let stage: OperationsStage
    private let isAborted = Atomic(false)
    private let share: StagedShare

    init(store: Store, tenantID: TenantID, skipsBadRecords: Bool, stamp: ActionStamp) {
        self.store = store
        self.tenantID = tenantID
        self.stamp = stamp
        startedAt = store.now()
        share = store.staging.share()
        stage = OperationsStage(skipsBadRecords: skipsBadRecords, state: store.state, now: { store.now() })
    }

    /// Parses the next bytes of the input, split anywhere.
    public func push(_ bytes: [UInt8]) async throws {
        try await reporting { [stage, share] in
            try stage.push(bytes)
            try share.hold(stage.heldBytes)
        }
    }

    /// Ends the input and stores the runs. Cancelling the task aborts: throws CANCELLED, unless the commit was reached
    /// before.
    public func finish() async throws -> ImportResult {
        // The one writer would else be held to the end for somebody who has gone.
        try await withTaskCancellationHandler {
            let requester = Requester.current
            let names = try await store.writingNames {
                try await reporting { [self] in try writeNames(for: requester) }
            }
            return try await store.inTurn { try await reporting { [self] in try apply(names) } }
        } onCancel: {
            abort()
        }
    }

    /// Drops what was read.
    public func abort() {
        isAborted.store(true, ordering: .relaxed)
        queue.later { [stage, share] in
            stage.clear()
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
        try stage.end()
        guard !stage.isRejectedWhole else { return NameBatch() }
        return try store.writeAhead(stage.takeNames(), of: tenantID, for: requester, shouldStop: checkAborted)
    }

    private func apply(_ names: NameBatch) throws -> ImportResult {
        let inputSHA256 = stage.inputSHA256
        let digest = stamp.digest(withInput: inputSHA256)
        if stage.isRejectedWhole {
            return try store.recordRejection(
                of: rejected(inputSHA256), in: tenantID, startedAt: startedAt, stamp: stamp, digest: digest)
        }
        try store.configuration.faults?(.importBeforeApply)
        let result = try store.writeAlone { transaction in
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return earlier }
            let tenant = try TenantKey.require(tenantID, transaction.database)
            var counts = ImportCounts()
            counts.read = Int64(stage.recordsRead)
            counts.rejected = Int64(stage.recordsRejected)
            for run in stage.runs {
                try checkAborted()
                try transaction.storeRun(run, tenant: tenant.number, &counts)
            }
            try names.insert(into: tenant.number, transaction.database)
            let record = ImportRecord(
                counts: counts, warnings: ImportRecord.sentences(stage.warnings), inputSHA256: inputSHA256,
                rejections: stage.rejections)
            let result = try transaction.recordImport(
                ImportKind(operation: .importOperations, action: .importOperations), record, tenant: tenant,
                startedAt: startedAt, stamp: stamp, digest: digest)
            try checkAborted()
            try store.configuration.faults?(.importBeforeCommit)
            return result
        }
        try store.configuration.faults?(.importAfterCommit)
        return result
    }

    private func rejected(_ inputSHA256: Digest256) -> RejectedImport {
        var counts = ImportCounts()
        counts.read = Int64(stage.recordsRead)
        counts.rejected = Int64(stage.recordsRejected)
        return RejectedImport(
            kind: ImportKind(operation: .importOperations, action: .importOperations),
            record: ImportRecord(
                counts: counts, warnings: ImportRecord.sentences(stage.warnings), inputSHA256: inputSHA256,
                rejections: stage.rejections))
    }

    private func checkAborted() throws {
        if isAborted.load(ordering: .relaxed) { throw CancellationError() }
    }
}

/// The parser and the runs of one import. Runs are small and few, so they are kept in memory up to a limit.
///
/// Confined to its import's queue, which alone calls it; that is what makes it safe to send.
private final class OperationsStage: @unchecked Sendable {
    static let maximumBytes = 64 << 20
    static let maximumRuns = 100_000

    private var parser: OperationsParser
    private var hasher = SHA256()
    private var received = 0
    private let skipsBadRecords: Bool
    /// The record of each id that was read.
    private var ordinals: [OperationRunID: Int] = [:]
    private var repetitions: [String] = []
    private var repetitionCount = 0
    private(set) var runs: [OperationRecord] = []
    private(set) var inputSHA256 = Digest256.zero
    private var names: NameRuns?
    private let state: StateDirectory

    private let now: @Sendable () -> UnixMillis

    init(skipsBadRecords: Bool, state: StateDirectory, now: @escaping @Sendable () -> UnixMillis) {
        self.skipsBadRecords = skipsBadRecords
        self.state = state
        self.now = now
        names = NameRuns()
        parser = OperationsParser(clock: TimeGuard(now: now()), skipsBadRecords: skipsBadRecords)
    }

    var warnings: IngestWarnings { parser.warnings }

    var recordsRead: Int { parser.recordsRead }
    var isRejectedWhole: Bool { recordsRead > 0 && recordsRejected == recordsRead }
    var recordsRejected: Int { parser.recordsRejected + repetitionCount }
    var rejections: [String] {
        Array((parser.rejections.map(\.description) + repetitions).prefix(FindingsParser.rejectionLimit))
    }

    func push(_ bytes: [UInt8]) throws {
        received += bytes.count
        guard received <= Self.maximumBytes else { throw Self.tooLarge }
        parser.clock = TimeGuard(now: now())
        try bytes.withUnsafeBytes { buffer in
            hasher.update(bufferPointer: buffer)
            try parser.push(buffer, consume: keep, identity: { try keep(name: $1) })
        }
    }

    func end() throws {
        try parser.finish(consume: keep, identity: { try keep(name: $1) })
        inputSHA256 = Digest256(hasher.finalize())
    }

    /// The names that were found; they can be taken once.
    func takeNames() -> NameRuns { names.take() ?? NameRuns() }

    /// What the import takes while it is under way.
    var heldBytes: Int64 { Int64(received) + (names?.bytes ?? 0) }

    private func keep(name: UnsafeRawBufferPointer) throws {
        let state = state
        try names?.insert(name) { try state.makeSpool() }
    }

    func clear() {
        runs = []
        ordinals = [:]
        names = nil
    }

    private func keep(_ run: OperationRecord, _ position: RecordPosition) throws {
        guard runs.count < Self.maximumRuns else { throw Self.tooLarge }
        if let earlier = ordinals[run.id] { return try refuse(run, position, earlier: earlier) }
        ordinals[run.id] = position.ordinal
        runs.append(run)
    }

    /// Two statements about one run in one import contradict each other, as those about one finding do.
    private func refuse(_ run: OperationRecord, _ position: RecordPosition, earlier: Int) throws {
        let error = IngestError(
            .duplicateUID, "the run \(run.id) is also in record \(earlier)", at: position, field: "id")
        guard skipsBadRecords else { throw error }
        repetitionCount += 1
        if repetitions.count < FindingsParser.rejectionLimit { repetitions.append(error.description) }
    }

    private static let tooLarge = ProductError(
        .importTooLarge, "an import of operations may have at most \(maximumRuns) runs and 64 MiB; split the file")
}

extension WriteTransaction {
    /// Adds an imported run or brings it up to date, and counts what happened.
    fileprivate func storeRun(_ run: OperationRecord, tenant: Int64, _ counts: inout ImportCounts) throws {
        let known = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT imported FROM operation_run WHERE id = ? AND tenant = ?"),
            arguments: [run.id, tenant])
        let values: StatementArguments = [
            run.type.rawValue, run.status, run.outcome, run.reasonCode, run.initiator, run.startedAt, run.finishedAt,
            run.context,
        ]
        guard let known else {
            try execute(
                """
                INSERT INTO operation_run (type, status, outcome, reason_code, initiator, started_at, finished_at,
                    context,
                    id, tenant, imported)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
                """,
                values + [run.id, tenant])
            counts.inserted += 1
            return
        }
        guard try known.of("operation_run").value("imported") as Bool else {
            counts.unchanged += 1
            return
        }
        try execute(
            """
            UPDATE operation_run SET type = ?1, status = ?2, outcome = ?3, reason_code = ?4, initiator = ?5,
                started_at = ?6, finished_at = ?7, context = ?8
            WHERE id = ?9 AND tenant = ?10 AND (type, status, outcome, reason_code, initiator, started_at, finished_at,
                context) IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            values + [run.id, tenant])
        if database.changesCount > 0 { counts.updated += 1 } else { counts.unchanged += 1 }
    }
}

extension Store {
    /// Begins an import of operation runs; NOT_FOUND when there is no such tenant.
    public func beginOperationsImport(
        into tenantID: TenantID, skipsBadRecords: Bool = false, stamp: ActionStamp
    ) async throws -> OperationsImport {
        guard try await tenant(tenantID) != nil else { throw ProductError.notFound }
        return OperationsImport(store: self, tenantID: tenantID, skipsBadRecords: skipsBadRecords, stamp: stamp)
    }
}

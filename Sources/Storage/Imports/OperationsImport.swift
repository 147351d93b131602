import Bytes
import Crypto
import Domain
import Evidence
import Foundation
import GRDB

/// The parser and the operation runs of one import from JSON lines. Runs are small and few, so they are kept in memory
/// up to a limit.
///
/// Runs are told apart by their ids. A known imported run is brought up to date; a run that the daemon itself recorded
/// is never touched by an import.
final class OperationsStage: ImportStage {
    let kind = ImportKind.operations

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
    private var runs: [OperationRecord] = []
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

    private var recordsRejected: Int { parser.recordsRejected + repetitionCount }
    private var rejections: [String] {
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

    var rejection: ImportRecord? {
        parser.recordsRead > 0 && recordsRejected == parser.recordsRead ? record(counts) : nil
    }

    private var counts: ImportCounts {
        var counts = ImportCounts()
        counts.read = Int64(parser.recordsRead)
        counts.rejected = Int64(recordsRejected)
        return counts
    }

    private func record(_ counts: ImportCounts) -> ImportRecord {
        ImportRecord(
            counts: counts, warnings: ImportRecord.sentences(parser.warnings), inputSHA256: inputSHA256,
            rejections: rejections)
    }

    func apply(
        in transaction: WriteTransaction, to tenant: TenantKey, shouldStop: () throws -> Void
    ) throws -> ImportRecord {
        var counts = counts
        for run in runs {
            try shouldStop()
            try transaction.storeRun(run, tenant: tenant.number, &counts)
        }
        return record(counts)
    }

    func takeNames() -> NameRuns { names.take() ?? NameRuns() }

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
                    context, id, tenant, imported)
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

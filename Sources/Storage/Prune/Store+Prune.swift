package import Domain
import Evidence
import GRDB
import Logging
import Synchronization

extension Store {
    /// How many packs one transaction of a prune touches, so that other writers get their turn in between.
    private static let batch = 64

    /// What a prune would do now; writes nothing.
    package func planPrune(_ options: PruneOptions) async throws -> PrunePlan {
        let now = now()
        return try await read { [self] database in
            try PrunePlan(reading: database, options, now, oldestRetry: oldestRetry(now)) { try readablePacks($0) }
        }
    }

    /// Plans and executes; at most one prune runs at a time, a second one gets PRUNE_IN_PROGRESS.
    ///
    /// Packs past their time lose their bytes, with hard delete old expired packs lose their row, and what is past its
    /// history goes. None of it when the clock is doubted (`ClockTrust`).
    /// Each batch is a transaction of its own: a prune that is interrupted has done part of its work and the next one
    /// does the rest.
    package func prune(_ options: PruneOptions, stamp: ActionStamp) async throws -> PruneResult {
        guard !pruneIsRunning.exchange(true, ordering: .acquiringAndReleasing) else {
            throw ProductError(.pruneInProgress, "a prune is running already; try again when it is done")
        }
        defer { pruneIsRunning.store(false, ordering: .releasing) }
        let started = now()
        do {
            let result = try await executePrune(options, started: started, stamp)
            await forgetDeleted()
            return result
        } catch {
            await recordFailedPrune(error, started: started, stamp)
            await forgetDeleted()
            throw error
        }
    }

    private func executePrune(
        _ options: PruneOptions, started: UnixMillis, _ stamp: ActionStamp
    ) async throws -> PruneResult {
        let plan = try await planPrune(options)
        if let warning = plan.warning { logger.warning("a prune doubts its clock", metadata: ["why": "\(warning)"]) }
        _ = try await finishLeftoverDeletions()
        try await removeRowlessFiles()
        var result = PruneResult(expired: 0, deleted: 0, history: PrunePlan.History(), warning: plan.warning)
        for batch in plan.expire.map(\.id).batches(of: Store.batch) {
            let expired = try await expireBatch(batch, stamp)
            result.expired += Int64(expired)
        }
        for batch in plan.delete.map(\.id).batches(of: Store.batch) {
            result.deleted += Int64(try await deleteBatch(batch, .expired, before: plan.plannedAt, stamp))
        }
        if !plan.clockIsSuspicious { result.history = try await pruneHistory(options, now: plan.plannedAt, stamp) }
        try await recordPrune(result, started: started, clockIsSuspicious: plan.clockIsSuspicious, stamp)
        if !reserve.fill() { logger.warning("there is no room for the reserve file; free disk space") }
        return result
    }

    private func expireBatch(_ ids: [PackID], _ stamp: ActionStamp) async throws -> Int {
        let packs = try await writeUsingReserve { [configuration] transaction in
            try configuration.faults?(.pruneBeforeBatch)
            var expired: [PackRecord] = []
            for id in ids {
                // The plan is older than this transaction: only what still is past its time is touched.
                guard let pack = try PackRecord.find(id, transaction.database), pack.storedStatus == .ready,
                    pack.status(at: transaction.now) == .expired
                else { continue }
                try transaction.expire(pack, stamp)
                expired.append(pack)
            }
            try configuration.faults?(.pruneBeforeBatchCommit)
            return expired
        }
        try configuration.faults?(.pruneAfterBatchCommit)
        await finishWhatCan(packs)
        return packs.count
    }

    /// Deletes the rows of packs that are still in `status`, with their runs; their bytes are gone already.
    private func deleteBatch(
        _ ids: [PackID], _ status: PackStatus, before: UnixMillis, _ stamp: ActionStamp
    ) async throws -> Int {
        let deleted = try await writeUsingReserve { [self] transaction in
            try configuration.faults?(.pruneBeforeBatch)
            var deleted = 0
            for id in ids {
                let found = try ifReadable { try PackRecord.find(id, transaction.database) } ?? nil
                guard let pack = found, pack.storedStatus == status, pack.updatedAt < before, pack.file == nil else {
                    continue
                }
                try transaction.execute(
                    "DELETE FROM operation_run WHERE pack = ? AND id = ?", [id, pack.operationRunID])
                try transaction.execute("DELETE FROM review_pack WHERE id = ?", [id])
                try transaction.audit(
                    AuditEntry(.deletePack, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: id), stamp)
                deleted += 1
            }
            try configuration.faults?(.pruneAfterRowsDeleted)
            return deleted
        }
        try configuration.faults?(.pruneAfterRowsCommit)
        return deleted
    }

    /// Removes what is no pack and past its history, and failed packs; a table and a batch at a time.
    private func pruneHistory(
        _ options: PruneOptions, now: UnixMillis, _ stamp: ActionStamp
    ) async throws -> PrunePlan.History {
        let limit = now.advanced(byDays: -options.historyDays)
        var history = PrunePlan.History()
        let failed = try await read { database in
            try PackID.fetchAll(
                database,
                sql: "SELECT id FROM review_pack WHERE status = \(PackStatus.failed.sql) AND updated_at < ?",
                arguments: [limit])
        }
        for batch in failed.batches(of: Store.batch) {
            history.failedPacks += Int64(try await deleteBatch(batch, .failed, before: limit, stamp))
        }
        history.operationRuns = try await deleteInBatches(HistoryRule.operationRuns, min(limit, oldestRetry(now)))
        history.notifications = try await deleteInBatches(HistoryRule.notifications, limit)
        history.reports = try await deleteInBatches(HistoryRule.reports, limit)
        history.findings = try await deleteInBatches(HistoryRule.findings, limit)
        if history.findings > 0 {
            try await writeUsingReserve { transaction in
                try transaction.execute("DELETE FROM check_text WHERE id NOT IN (SELECT check_text FROM finding)")
            }
        }
        return history
    }

    /// A retry is answered from the run that the first request made, which so stays for as long as its `request_id` is
    /// remembered.
    private func oldestRetry(_ now: UnixMillis) -> UnixMillis {
        now.advanced(byMinutes: -configuration.idempotencyHours * 60)
    }

    private func deleteInBatches(_ rule: HistoryRule, _ limit: UnixMillis) async throws -> Int64 {
        var total: Int64 = 0
        while true {
            let deleted = try await writeUsingReserve { transaction in try rule.delete(before: limit, transaction) }
            total += Int64(deleted)
            if deleted < HistoryRule.batch { return total }
        }
    }

    private func recordPrune(
        _ result: PruneResult, started: UnixMillis, clockIsSuspicious: Bool, _ stamp: ActionStamp
    ) async throws {
        try await writeUsingReserve { [configuration] transaction in
            var details = ["expired": "\(result.expired)", "deleted": "\(result.deleted)"]
            // Nothing may be measured by such a run: the next one would find the clock in order.
            if clockIsSuspicious { details["clock"] = PrunePlan.suspiciousClock }
            try transaction.insert(
                OperationRecord(
                    id: transaction.newID(), type: .prune, status: .completed, outcome: .succeeded,
                    initiator: stamp.actor.initiator, startedAt: started, finishedAt: transaction.now,
                    context: JSONObjectText.render(details)), tenant: nil, onBehalfOf: stamp.actor.onBehalfOf)
            try transaction.audit(AuditEntry(.prune, details: details), stamp)
            try configuration.faults?(.pruneBeforeRecord)
        }
        try configuration.faults?(.pruneAfterRecord)
    }

    /// A prune that fails is a run, too, so that a timer's failure shows among the schedules and not in the journal
    /// alone.
    private func recordFailedPrune(_ error: any Error, started: UnixMillis, _ stamp: ActionStamp) async {
        let reason = Self.reason(of: error).rawValue
        do {
            try await writeUsingReserve { transaction in
                try transaction.insert(
                    OperationRecord(
                        id: transaction.newID(), type: .prune, status: .completed, outcome: .failed, reasonCode: reason,
                        initiator: stamp.actor.initiator, startedAt: started, finishedAt: transaction.now), tenant: nil,
                    onBehalfOf: stamp.actor.onBehalfOf)
                try transaction.audit(AuditEntry(.prune, outcome: .failed, reason: reason), stamp)
            }
        } catch {
            logger.error("a prune failed, and that could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    private static func reason(of error: any Error) -> FailureReason {
        if error is CancellationError { return .cancelled }
        let reason = (error as? ProductError)?.reason ?? .internalError
        return reason == .cancelled ? .cancelled : FailureReason(reason)
    }
}

extension PrunePlan {
    /// - Parameter readable: makes packs of those rows that can be read; a damaged one keeps the others from nothing.
    init(
        reading database: Database, _ options: PruneOptions, _ now: UnixMillis, oldestRetry: UnixMillis,
        readable: ([Row]) throws -> [PackRecord]
    ) throws {
        let graceEnds = now.advanced(byDays: -options.graceDays)
        let rows = try Row.fetchAll(
            database,
            sql: """
                \(PackRecord.select) WHERE p.status = \(PackStatus.ready.sql) AND p.expires_at <= ?
                OR p.status = \(PackStatus.expired.sql) AND p.updated_at < ?
                ORDER BY p.id
                """, arguments: [now, graceEnds])
        let candidates = try readable(rows).map { pack in
            PrunePlanner.Candidate(
                id: pack.id, tenantID: pack.tenantID, tenantExternalID: pack.tenantExternalID,
                status: pack.storedStatus, expiresAt: pack.expiresAt, updatedAt: pack.updatedAt)
        }
        let limit = now.advanced(byDays: -options.historyDays)
        var history = PrunePlan.History()
        history.operationRuns = try HistoryRule.operationRuns.count(before: min(limit, oldestRetry), database)
        history.notifications = try HistoryRule.notifications.count(before: limit, database)
        history.reports = try HistoryRule.reports.count(before: limit, database)
        history.findings = try HistoryRule.findings.count(before: limit, database)
        history.failedPacks =
            try Int64.fetchOne(
                database,
                sql: "SELECT count(*) FROM review_pack WHERE status = \(PackStatus.failed.sql) AND updated_at < ?",
                arguments: [limit]) ?? 0
        self = PrunePlanner.plan(
            candidates, history: history, options: options,
            trust: try ClockTrust(reading: database, at: now, graceDays: options.graceDays), now: now)
    }
}

extension Array {
    fileprivate func batches(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

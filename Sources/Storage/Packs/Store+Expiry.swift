package import Domain
import GRDB
import Logging
import SystemIO

// Expiring is three durable steps:
//
//   1. transaction: the row becomes expired and keeps its path
//   2. unlink, fsync of the directory
//   3. transaction: the path is cleared
//
// A crash after 1 or 2 leaves an expired row with a path, and so does a file that cannot be removed, which is answered
// with FILE_NOT_REMOVED; start-up, prune and the next generation of the pack's tenant finish it.

extension Store {
    /// Expires a ready pack, whatever its time; returns when its bytes are gone.
    ///
    /// Throws ALREADY_EXPIRED for an expired pack, WRONG_STATE for one that never became ready, FILE_NOT_REMOVED when
    /// the pack is expired now and its bytes are still there.
    package func expirePack(_ id: PackID, stamp: ActionStamp) async throws -> PackRecord {
        let pack = try await writeUsingReserve { [configuration] transaction in
            let pack = try PackRecord.require(id, transaction.database)
            guard pack.storedStatus == .ready else {
                guard pack.storedStatus == .expired else { throw Store.cannotExpire(pack) }
                throw ProductError(
                    .alreadyExpired, "the review pack is expired already",
                    metadata: ["pack": id.description])
            }
            try transaction.expire(pack, stamp)
            try configuration.faults?(.expireBeforeCommit)
            return pack
        }
        try await finishDeletions([pack])
        if let expired = try await read({ try PackRecord.find(id, $0) }) { return expired }
        // A prune without grace has taken the row already; what was asked for is done.
        var gone = pack
        gone.storedStatus = .expired
        gone.file = nil
        return gone
    }

    private static func cannotExpire(_ pack: PackRecord) -> ProductError {
        var error = PackRecord.wrongState(pack)
        error.message += pack.storedStatus == .failed ? ": it has no file to delete" : ": it cannot be expired yet"
        return error
    }

    /// Steps 2 and 3 for packs whose rows are expired.
    func finishDeletions(_ packs: [PackRecord]) async throws {
        // By the pack's own name: what somebody else wrote into a row must not take the bytes of another pack.
        let files = packs.filter { $0.file != nil }.map { PackFileStore.finalName($0.id) }
        guard !files.isEmpty else { return }
        do {
            try configuration.faults?(.expireAfterCommit)
            try self.files.remove(files)
            try configuration.faults?(.expireAfterUnlink)
        } catch let error as SystemError {
            throw notRemoved(error, "the review pack is expired", packs.count == 1 ? packs[0].id : nil)
        } catch {
            throw StoreFailure.report(error, logger)
        }
        let ids = packs.map(\.id)
        try await writeUsingReserve { [configuration] transaction in
            for id in ids {
                try transaction.execute(
                    "UPDATE review_pack SET file_path = NULL WHERE id = ? AND status = \(PackStatus.expired.sql)", [id])
            }
            try configuration.faults?(.expireBeforePathCleared)
        }
        try configuration.faults?(.expireAfterPathCleared)
    }

    /// That bytes are still there which should be gone; what keeps them stands in the journal.
    func notRemoved(_ error: SystemError, _ done: String, _ pack: PackID? = nil) -> ProductError {
        var metadata: [String: String] = [:]
        metadata["pack"] = pack?.description
        logger.critical(
            "the bytes of a review pack could not be removed",
            metadata: ["pack": "\(pack?.description ?? "-")", "error": "\(error)"])
        return ProductError(
            .fileNotRemoved, "\(done), but its bytes could not be removed; the next prune or start tries again",
            metadata: metadata)
    }

    /// Steps 2 and 3 as far as they go: a file that cannot be removed is logged and left for the next time, and holds
    /// up no other.
    ///
    /// Returns the packs whose bytes are gone.
    @discardableResult
    func finishWhatCan(_ packs: [PackRecord]) async -> [PackID] {
        if (try? await finishDeletions(packs)) != nil { return packs.map(\.id) }
        var finished: [PackID] = []
        for pack in packs {
            do {
                try await finishDeletions([pack])
                finished.append(pack.id)
            } catch let error as ProductError where error.reason == .fileNotRemoved {
                // The journal has it.
            } catch {
                logger.critical(
                    "the bytes of an expired review pack could not be removed",
                    metadata: ["pack": "\(pack.id)", "error": "\(error)"])
            }
        }
        return finished
    }

    /// Finishes what a crash or an I/O error left of earlier expiries; returns the packs whose bytes are now gone.
    func finishLeftoverDeletions() async throws -> [PackID] {
        let leftovers = try await read { [self] database in
            try readablePacks(
                Row.fetchAll(
                    database,
                    sql: """
                        \(PackRecord.select) WHERE p.status = \(PackStatus.expired.sql) AND p.file_path IS NOT NULL
                        ORDER BY p.id
                        """))
        }
        return await finishWhatCan(leftovers)
    }
}

extension WriteTransaction {
    /// Step 1; the pack is ready.
    func expire(_ pack: PackRecord, _ stamp: ActionStamp) throws {
        assert(pack.storedStatus.canBecome(.expired))
        try execute(
            "UPDATE review_pack SET status = ?, updated_at = ? WHERE id = ?", [PackStatus.expired, now, pack.id])
        try execute("DELETE FROM pack_blocks WHERE pack = ?", [pack.id])
        try audit(
            AuditEntry(
                .expirePack, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id), stamp)
        noteChange(of: pack.id, tenant: pack.tenantID, to: .expired)
    }

    /// Step 1 for every pack of the tenant whose time has passed; includes leftovers of earlier expiries. While the
    /// clock is doubted (`ClockTrust`) packs that are ready are held back instead.
    func expirePastDue(
        of tenant: TenantKey, _ stamp: ActionStamp
    ) throws -> (expired: [PackRecord], held: [PackRecord]) {
        let due = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    \(PackRecord.select) WHERE p.tenant = ?
                    AND (p.status = \(PackStatus.ready.sql) AND p.expires_at <= ?
                        OR p.status = \(PackStatus.expired.sql) AND p.file_path IS NOT NULL)
                    """), arguments: [tenant.number, now]
        ).map { try PackRecord(row: $0.of("review_pack")) }
        let grace = ClockTrust.usualGraceDays
        let ready = due.filter { $0.storedStatus == .ready }
        let isDoubted =
            try !ready.isEmpty
            && ClockTrust(reading: database, at: now, graceDays: grace).isDoubted(at: now, graceDays: grace)
        if isDoubted { return (due.filter { $0.storedStatus != .ready }, ready) }
        for pack in ready { try expire(pack, stamp) }
        return (due, [])
    }
}

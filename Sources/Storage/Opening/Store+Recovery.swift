import Domain
import GRDB

extension Store {
    /// Puts right what a crash left behind; run once, before the daemon says that it is ready.
    ///
    /// Packs that were queued or generating are failed with `interrupted`; expired packs lose the bytes that are still there; files
    /// in the exports directory that no row names are removed, and so is what a backup held.
    public func recover() async throws -> RecoveryReport {
        var report = RecoveryReport()
        report.interrupted = try await writeUsingReserve { [self] transaction in
            let active = try readablePacks(
                Row.fetchAll(
                    transaction.database, sql: "\(PackRecord.select) WHERE p.status IN (1, 2) ORDER BY p.id"))
            for pack in active { try transaction.fail(pack, .interrupted) }
            try configuration.faults?(.recoverBeforeCommit)
            return active.map(\.id)
        }
        try configuration.faults?(.recoverAfterCommit)
        // What cannot be removed keeps a backup from running, not the service.
        do { try BackupFolder.remove(from: state) } catch {
            logger.critical(
                "what an interrupted backup left could not be removed",
                metadata: ["folder": "\(BackupFolder.name)", "error": "\(error)"])
        }
        try configuration.faults?(.recoverAfterBackup)
        report.finishedDeletions = try await finishLeftoverDeletions()
        try configuration.faults?(.recoverAfterDeletions)
        report.orphanFiles = try await removeOrphans()
        try configuration.faults?(.recoverAfterOrphans)
        // What was deleted before a crash may still stand in the write-ahead log.
        await forgetDeleted()
        return report
    }

    /// Removes every entry of the exports directory that no row names. Nothing may be generating.
    private func removeOrphans() async throws -> Int {
        let named = try await read { try PackFileStore.namedFiles($0) }
        let orphans: [String]
        do { orphans = try files.names().filter { !named.contains($0) } } catch {
            throw StoreFailure.report(error, logger)
        }
        return removeWhatCan(orphans)
    }

    /// Removes what is left of packs that were deleted with their tenant and whose bytes could not be removed then.
    func removeRowlessFiles() async throws {
        let names: [String]
        do { names = try files.names() } catch { throw StoreFailure.report(error, logger) }
        let rowless = try await read { database in
            let named = try PackFileStore.namedFiles(database)
            return try names.filter { try !named.contains($0) && PackFileStore.isRowless($0, database) }
        }
        removeWhatCan(rowless)
    }

    /// One that cannot be removed, a folder for example, must not keep the service from starting.
    @discardableResult
    private func removeWhatCan(_ orphans: [String]) -> Int {
        if (try? files.remove(orphans)) != nil { return orphans.count }
        var removed = 0
        for name in orphans {
            do {
                try files.remove([name])
                removed += 1
            } catch {
                logger.critical(
                    "a file that belongs to no review pack could not be removed",
                    metadata: ["file": "\(name)", "error": "\(error)"])
            }
        }
        return removed
    }
}

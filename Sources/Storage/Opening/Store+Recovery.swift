package import Domain
import GRDB
import Logging

/// What start-up recovery found and put right.
package struct RecoveryReport: Sendable, Equatable {
    /// Packs that were queued or generating and are now failed with `interrupted`.
    package var interrupted: [PackID] = []
    /// Expired packs whose bytes were still there.
    package var finishedDeletions: [PackID] = []
    /// Files in the exports directory that no pack names.
    package var orphanFiles: Int = 0

    package init() {}
}

extension Store {
    /// Puts right what a crash left behind; run once, before the daemon says that it is ready.
    ///
    /// Packs that were queued or generating are failed with `interrupted`; expired packs lose the bytes that are still
    /// there; files in the exports directory that no row names are removed, and so is what a backup held.
    package func recover() async throws -> RecoveryReport {
        var report = RecoveryReport()
        report.interrupted = try await writeUsingReserve { [self] transaction in
            let active = try readablePacks(
                Row.fetchAll(
                    transaction.database,
                    sql: "\(PackRecord.select) WHERE p.status IN \(PackStatus.active.sql) ORDER BY p.id"))
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
}

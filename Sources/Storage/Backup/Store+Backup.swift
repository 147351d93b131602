import Bytes
import Crypto
package import Domain
import GRDB
import Glibc
import Synchronization
import SystemIO

// A backup is taken while everything goes on:
//
//   1. .backup/ is made
//   2. the database is copied into it, from one read snapshot
//   3. each pack that is ready in the copy gets a second name there; one that was expired since step 2 is expired in
//      the copy, too
//   4. the archive is handed out: MANIFEST.json, reviewpack.db, exports/ and the packs that expire soonest first
//   5. .backup/ goes: at the end, on every failure, and at the next start after a crash
//
// So the packs of the copy and the files of the archive always agree. The price: the bytes of a pack that expires
// between 3 and its turn in 4 stay on disk until then, at most for the call's deadline (the documented exception to
// "expired means gone").

extension Store {
    /// Takes the snapshot of a backup and opens its archive; at most one at a time, a second one gets
    /// BACKUP_IN_PROGRESS.
    ///
    /// A caller that goes away ends it at once. Throws STORAGE_FULL when there is no room for the copy of the database,
    /// PACK_CORRUPTED when a ready pack has no file of the right size; then nothing is left on disk. The audit event is
    /// written before the first byte can leave.
    package func beginBackup(
        withoutPacks: Bool, serverVersion: String, stamp: ActionStamp
    ) async throws -> BackupArchive {
        guard !backupIsRunning.exchange(true, ordering: .acquiringAndReleasing) else {
            throw ProductError(.backupInProgress, "a backup is being taken already; try again when it is done")
        }
        let archive: BackupArchive
        do {
            archive = try await onMaintenanceThread { try self.takeSnapshot(!withoutPacks, serverVersion, $0) }
        } catch {
            backupIsRunning.store(false, ordering: .releasing)
            throw StoreFailure.report(error, logger)
        }
        do {
            let details = ["packs": "\(archive.packs)", "bytes": "\(archive.size)", "without_packs": "\(withoutPacks)"]
            try await record(AuditEntry(.backup, details: details), stamp: stamp)
            return archive
        } catch {
            archive.close()
            throw error
        }
    }

    /// Steps 1 to 3; on the maintenance thread. A throw takes the folder away with its last reference.
    private func takeSnapshot(
        _ includesPacks: Bool, _ serverVersion: String, _ stop: StopFlag
    ) throws -> BackupArchive {
        let takenAt = now()
        let folder = try BackupFolder(in: state)
        let database = StateDirectory.databaseName
        try folder.create(database)
        try configuration.faults?(.backupAfterFolder)
        let copy = try BackupSnapshot(of: state, to: folder.path(of: database), stop: stop)
        try configuration.faults?(.backupAfterSnapshot)
        let (ready, migrations) = try copy.contents()
        let packs = includesPacks ? try ready.filter { try claim($0, in: folder, stop) } : []
        let included = Set(packs.map(\.id))
        try configuration.faults?(.backupAfterLinks)
        try copy.expire(ready.map(\.id).filter { !included.contains($0) }, at: takenAt)

        let (size, sha256, blocks) = try Self.digests(of: database, in: folder, stop)
        let files =
            [BackupManifest.File(name: database, size: size, sha256: sha256)]
            + packs.map { .init(name: "\(StateDirectory.exportsName)/\($0.name)", size: $0.size, sha256: $0.sha256) }
        let manifest = BackupManifest(
            takenAt: takenAt, serverVersion: serverVersion, migrations: migrations, includesPacks: includesPacks,
            files: files
        ).json
        var layout = BackupLayout(modifiedAt: takenAt)
        layout.add(BackupManifest.name, manifest)
        layout.add(database, .file(database, size: size, sha256: sha256, blocks: blocks, pack: nil), size: size)
        layout.addDirectory(StateDirectory.exportsName + "/")
        for (pack, file) in zip(packs, files.dropFirst()) {
            layout.add(
                file.name,
                .file(pack.name, size: pack.size, sha256: pack.sha256, blocks: pack.blocks, pack: pack.id),
                size: pack.size)
        }
        return BackupArchive(
            takenAt: takenAt, packs: Int64(packs.count), parts: layout.finish(), folder: folder,
            ended: { self.backupIsRunning.store(false, ordering: .releasing) })
    }

    /// Step 3 for one pack: whether its bytes go along. PACK_CORRUPTED when it still is ready and its file is not what
    /// its row says: then nothing is silently left out.
    private func claim(_ pack: PackFileClaim, in folder: BackupFolder, _ stop: StopFlag) throws -> Bool {
        try stop.check()
        guard pack.name == PackFileStore.finalName(pack.id), try folder.link(pack.name) else {
            guard try pool.read({ try PackFileClaim.find(pack.id, $0) }) == nil else {
                throw BackupArchive.corrupted(pack.id)
            }
            return false
        }
        guard try folder.size(of: pack.name) == pack.size, pack.hasDigests else {
            throw BackupArchive.corrupted(pack.id)
        }
        return true
    }

    /// Reads a file of the folder: its size, its SHA-256, and that of each block.
    private static func digests(
        of name: String, in folder: BackupFolder, _ stop: StopFlag
    ) throws -> (size: Int64, sha256: Digest256, blocks: [UInt8]) {
        let file = try folder.open(name)
        let size = Int64(try SystemFile.status(file.raw).st_size)
        var whole = SHA256()
        var blocks: [UInt8] = []
        for offset in stride(from: 0, to: size, by: BackupArchive.pieceSize) {
            try stop.check()
            let count = Int(min(Int64(BackupArchive.pieceSize), size - offset))
            guard let block = try BlockReading.block(of: file.raw, at: offset, count: count) else {
                throw SystemError(EIO, "pread")
            }
            whole.update(data: block)
            blocks += SHA256.hash(data: block)
        }
        return (size, Digest256(whole.finalize()), blocks)
    }
}

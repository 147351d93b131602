import Bytes
import Domain
import GRDB
import Glibc
import SystemIO

extension Store {
    /// Looks at the database, its writing connection, the disk and the state directory. Waits for a write that is under
    /// way.
    package func diagnostics() async throws -> Diagnostics {
        var found = Diagnostics(at: now())
        found.stateDirectory = state.path
        found.daemonUID = geteuid()
        found.reserveExpectedBytes = configuration.reserveBytes
        do {
            found.settings = try await pool.writeWithoutTransaction { try DatabaseSetting.read($0) }
            found = try await readUnreported { [found] database in
                var found = found
                try found.read(database)
                return found
            }
            let (state, reading) = (state, found)
            return try await DedicatedThread.run(name: "diagnostics") {
                var found = reading
                found.databaseBytes = try state.size(of: StateDirectory.databaseName)
                found.reserveBytes = try state.size(of: StateDirectory.reserveName)
                found.disk = try state.disk()
                let status = try SystemFile.status(state.root.raw)
                found.stateUID = status.st_uid
                found.stateMode = UInt32(status.st_mode & 0o7777)
                return found
            }
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }
}

extension Diagnostics {
    fileprivate mutating func read(_ database: Database) throws {
        let migrator = Schema.migrator
        let applied = try migrator.appliedIdentifiers(database)
        schemaExpected = migrator.migrations.last ?? ""
        // A change that this program does not know is newer than all that it knows.
        schemaVersion =
            applied.subtracting(migrator.migrations).max() ?? migrator.migrations.last(where: applied.contains) ?? ""
        sqliteVersion = try String.fetchOne(database, sql: "SELECT sqlite_version()") ?? ""
        // What somebody wrote over them is a head that does not match, and the other lines are there all the same.
        let head = try Row.fetchOne(database, sql: "SELECT seq, hash FROM audit_head WHERE id = 1")?.of("audit_head")
        let headHash: Digest256? = try? head?.value("hash")
        let headSeq: Int64? = try? head?.value("seq")
        auditEvents = headSeq ?? 0
        auditHeadHash = headHash ?? .zero
        let newest = try Row.fetchOne(database, sql: "SELECT seq, at, hash FROM audit_event ORDER BY seq DESC LIMIT 1")?
            .of("audit_event")
        auditHeadAt = try? newest?.value("at")
        let lastSeq: Int64? = newest == nil ? 0 : try? newest?.value("seq")
        let lastHash: Digest256? = newest == nil ? AuditChain.genesis : try? newest?.value("hash")
        auditHeadMatches = headSeq != nil && headSeq == lastSeq && headHash != nil && headHash == lastHash
        lastPruneAt = try UnixMillis.fetchOne(
            database, sql: Figures.lastPruneQuery, arguments: [OperationType.prune.rawValue])
    }
}

extension StateDirectory {
    /// The room of the directory's file system.
    func disk() throws(SystemError) -> Diagnostics.Disk {
        var status = statvfs()
        if fstatvfs(root.raw, &status) != 0 { throw SystemError(errno, "fstatvfs") }
        let block = UInt64(status.f_frsize)
        return Diagnostics.Disk(
            freeBytes: BlockCount.bytes(UInt64(status.f_bavail), of: block),
            bytes: BlockCount.bytes(UInt64(status.f_blocks), of: block),
            freeInodes: Int64(clamping: UInt64(status.f_favail)), inodes: Int64(clamping: UInt64(status.f_files)))
    }
}

import Domain
import Foundation
import GRDB
import Glibc
import Logging
import SystemIO

/// Opens the database so that what is acknowledged is durable and nobody waits for a writer (`Docs/GUARANTEES.md`): one
/// connection that syncs every commit writes, others read.
enum DatabaseOpening {
    static func open(
        _ state: StateDirectory, _ configuration: StoreConfiguration, _ clock: @escaping WallClock, _ logger: Logger
    ) throws -> DatabasePool {
        try checkHeader(state)
        do {
            let pool = try DatabasePool(path: state.databasePath, configuration: settings(configuration))
            try checkOwnership(pool)
            let migrator = Schema.migrator(MigrationContext(clock: clock, logger: logger))
            if try pool.read(migrator.hasBeenSuperseded) {
                throw StateError(
                    .newerSchema,
                    "a newer version of the daemon wrote \(state.databasePath); run that version, or restore a backup")
            }
            // Before the first migration, so that a refusal changes nothing.
            try pool.read { database in
                guard try !migrator.appliedIdentifiers(database).contains(FutureTimes.name) else { return }
                _ = try FutureTimes.believed(clock(), newest: FutureTimes.newestRecord(database))
            }
            try migrator.migrate(pool)
            try makeDurable(pool)
            try emptyLog(pool)
            try checkColumns(pool, state)
            return pool
        } catch  where StoreFailure.isOfDatabase(error) {
            throw StateError(opening: state.databasePath, error)
        }
    }

    /// Every table and column that the statements of this version name must be there, or each call that meets one would
    /// fail. Indexes and triggers are left to a check, which makes them anew.
    private static func checkColumns(_ pool: DatabasePool, _ state: StateDirectory) throws {
        let expected = try SchemaObject.ofFreshDatabase { try SchemaObject.columns($0) }
        let missing = expected.subtracting(try pool.read { try SchemaObject.columns($0) })
        guard let first = missing.sorted().first else { return }
        let more = missing.count > 1 ? " (and \(missing.count - 1) more)" : ""
        throw StateError(.damaged, "\(state.databasePath) has lost the column \(first)\(more)")
    }

    private static func settings(_ configuration: StoreConfiguration) -> Configuration {
        var settings = Configuration()
        settings.label = "reviewpack"
        // One more than `FairPlaces` gives out: for the looks that a backup takes from its own thread.
        settings.maximumReaderCount = configuration.readers + 1
        settings.persistentReadOnlyConnections = true
        settings.foreignKeysEnabled = true
        settings.busyMode = .timeout(TimeInterval(LongRead.busySeconds))
        settings.prepareDatabase { database in
            // Takes effect only before the first page is written.
            if !database.configuration.readonly { try database.execute(sql: "PRAGMA page_size = \(Schema.pageSize)") }
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cache_size = \(database.configuration.readonly ? -4096 : -32768)")
        }
        return settings
    }

    /// GRDB sets NORMAL for a pool after `prepareDatabase`, so FULL is set here and every promise is read back.
    private static func makeDurable(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // What is deleted is overwritten, not only forgotten; Debian's SQLite does so by itself.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            for setting in try DatabaseSetting.read(database) where setting.value != setting.expected {
                throw StateError(
                    .io, "the database says \(setting.name) = \(setting.value) where \(setting.expected) is needed")
            }
        }
    }

    /// Moves into the database what the write-ahead log holds: the schema, which GRDB commits without a sync, and what
    /// a killed process had not synced yet.
    ///
    /// Else the first commit's sync would be theirs as well. When it fails the system forgets them (fsyncgate), and
    /// SQLite writes only that commit again: every later one would lie behind a gap in the log, and be gone after a
    /// power loss.
    private static func emptyLog(_ pool: DatabasePool) throws {
        do {
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            // The log is synced before the first page is copied, and a full disk must not keep the service from
            // starting.
        }
    }

    /// An empty file is a new database; anything else must begin like one of SQLite's (file format, section 1.3).
    private static func checkHeader(_ state: StateDirectory) throws {
        let file = try SystemFile.open(StateDirectory.databaseName, in: state.root.raw, O_RDONLY)
        var header = [UInt8](repeating: 0, count: 16)
        let count = header.withUnsafeMutableBytes { pread(file.raw, $0.baseAddress, 16, 0) }
        if count < 0 { throw SystemError(errno, "pread") }
        guard count == 0 || header == Array("SQLite format 3\0".utf8) else {
            throw StateError(.damaged, "\(state.databasePath) is no SQLite database; restore a backup")
        }
    }

    private static func checkOwnership(_ pool: DatabasePool) throws {
        try pool.read { database in
            let id = try Int32.fetchOne(database, sql: "PRAGMA application_id")
            // The list of migrations comes before the first of them: a start that ended in between left it alone.
            let tables =
                try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") ?? 0
            guard id == Schema.applicationID || tables == 0 else {
                throw StateError(.notOurs, "the database belongs to another program; choose another state directory")
            }
        }
    }
}

import Domain
import Foundation
import GRDB

/// The copy of the database that goes into a backup.
///
/// 1. `VACUUM INTO` writes it from one read snapshot of a connection of its own: no caller waits, and rows that were
///    deleted are not in it.
/// 2. Its ready packs are exactly those whose bytes go along: `expire` is the same end that the running service gives a
///    pack.
struct BackupSnapshot {
    let path: String

    /// Copies the database to `path`, an empty file. Blocks the calling thread for as long as that takes, or until
    /// `stop` is raised.
    init(of state: StateDirectory, to path: String, stop: StopFlag) throws {
        try LongRead.connected(to: state, "backup") { database in
            try stop.interrupting(database) { try database.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        }
        self.path = path
    }

    /// Runs `body` in the copy. What is lost by a crash here is the copy alone, so nothing is synced.
    private func edit<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var settings = Configuration()
        settings.label = "reviewpack.backup"
        settings.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = MEMORY")
            try database.execute(sql: "PRAGMA synchronous = OFF")
        }
        let copy = try DatabaseQueue(path: path, configuration: settings)
        let value = try copy.write(body)
        try copy.close()
        return value
    }

    /// The ready packs, those that expire soonest first, and the names of the migrations that made the schema.
    func contents() throws -> (packs: [PackFileClaim], migrations: [String]) {
        try edit { database in
            let packs = try PackFileClaim.soonestExpiring(database)
            let migrations = try String.fetchAll(
                database, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier")
            return (packs, migrations)
        }
    }

    /// Makes packs expired whose bytes do not go along.
    func expire(_ packs: [PackID], at time: UnixMillis) throws {
        try edit { database in
            for pack in packs {
                try database.execute(
                    sql: "UPDATE review_pack SET status = ?, updated_at = ? WHERE id = ?",
                    arguments: [PackStatus.expired, time, pack])
                try database.execute(sql: "DELETE FROM pack_blocks WHERE pack = ?", arguments: [pack])
            }
            // Also of packs whose deletion was on its way: the archive has no such file.
            try database.execute(
                sql: "UPDATE review_pack SET file_path = NULL WHERE status = \(PackStatus.expired.sql)")
        }
    }
}

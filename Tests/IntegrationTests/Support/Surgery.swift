import Foundation
import Testing

/// Changes the database of a daemon that does not run, as no program of ours ever does: for states that take months to
/// come about, rows of old versions, and damage.
enum Surgery {
    /// Runs SQL statements on the state in `scratch`.
    static func perform(_ sql: String, in scratch: Scratch) async throws {
        _ = try await Subprocesses.python(
            """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            database.executescript(sys.argv[2])
            database.close()
            print("null")
            """, Daemon.stateDirectory(scratch) + "/reviewpack.db", sql)
    }

    /// The same past everything that the tables promise: types, NOT NULL, CHECK, triggers. The schema is as before
    /// afterwards.
    static func damage(_ sql: String, in scratch: Scratch) async throws {
        _ = try await Subprocesses.python(
            """
            import re, sqlite3, sys
            path, damage = sys.argv[1:]
            def change(work):
                database = sqlite3.connect(path)
                database.execute("PRAGMA writable_schema = ON")
                result = work(database)
                database.commit()
                database.close()
                return result
            def loosen(database):
                tables = database.execute(
                    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql <> ''").fetchall()
                for name, sql in tables:
                    loose = re.sub(r"(INTEGER|TEXT|BLOB) NOT NULL", r"\\1", sql)
                    loose = loose.replace(") STRICT, WITHOUT", ") WITHOUT").replace(") STRICT", ")")
                    database.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?",
                        (loose, name))
                return tables
            def restore(database):
                for name, sql in tables:
                    database.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql, name))
            tables = change(loosen)
            database = sqlite3.connect(path)
            database.execute("PRAGMA ignore_check_constraints = ON")
            triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                database.execute("DROP TRIGGER " + name)
            database.execute(damage)
            assert database.total_changes > 0, "nothing was damaged"
            for _, sql in triggers:
                database.execute(sql)
            database.commit()
            database.close()
            change(restore)
            print("null")
            """, Daemon.stateDirectory(scratch) + "/reviewpack.db", sql)
    }

    /// An id as SQL writes its bytes.
    static func blob(_ id: String) -> String { "x'\(id.filter { $0 != "-" })'" }
}

extension Daemon {
    /// The names in exports/, at any depth.
    func exportedFiles() throws -> [String] {
        let folder = stateDirectory + "/exports"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder + "/" + $0, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    /// The audit events that the options select, oldest first.
    func auditEvents(_ options: String...) async throws -> [JSON] {
        try await ctl(["audit", "list", "-o", "json"] + options).succeeded().json().array
    }

    /// A field of a pack, as `show` has it.
    func pack(_ id: String) async throws -> JSON {
        try await ctl("show", id, "-o", "json").succeeded().json()
    }
}

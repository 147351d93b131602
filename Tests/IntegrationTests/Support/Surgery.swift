import Foundation
import Testing

/// Changes the database of a daemon that does not run, as no program of ours ever does: for states that take months to come
/// about, rows of old versions, and damage.
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

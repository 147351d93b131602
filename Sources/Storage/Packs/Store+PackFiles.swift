import Domain
import GRDB
import Logging

// Which entries of the exports directory the rows of packs want, and the end of those that none does.

extension Store {
    /// Removes pack files whose rows are gone. A crash before leaves files that no row names; start-up removes those.
    func removeFiles(_ names: [String]) throws {
        do { try files.remove(names) } catch { throw StoreFailure.report(error, logger) }
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
    func removeWhatCan(_ orphans: [String]) -> Int {
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

extension PackFileStore {
    /// The entries that rows name. A ready pack's file is among them, be its row's path damaged, and so is a path of a
    /// row whose id is.
    static func namedFiles(_ database: Database) throws -> Set<String> {
        let others = PackStatus.allCases.filter { $0 != .ready }.sql
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, CAST(file_path AS TEXT) AS file_path, status NOT IN \(others) AS may_be_ready
                FROM review_pack WHERE file_path IS NOT NULL OR status IS NULL OR status NOT IN \(others)
                """)
        var names: Set<String> = []
        for row in rows.map({ $0.of("review_pack") }) {
            if let path = try? row.value("file_path") as String { names.insert(path) }
            let mayBeReady = (try? row.value("may_be_ready") as Bool) ?? true
            if mayBeReady, let id = try? row.value("id") as PackID { names.insert(finalName(id)) }
        }
        return names
    }

    /// Whether an entry is a pack's file and there is no such pack any more. The row of a pack is older than its file,
    /// so what was listed before the snapshot of `database` began is on nobody's way to a row.
    static func isRowless(_ name: String, _ database: Database) throws -> Bool {
        guard let id = pack(of: name) else { return false }
        return try Int.fetchOne(
            database.cachedStatement(sql: "SELECT 1 FROM review_pack WHERE id = ?"), arguments: [id]) == nil
    }
}

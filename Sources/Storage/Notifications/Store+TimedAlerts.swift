package import Domain
import GRDB

extension Store {
    /// Notifies the receivers of those alerts whose key was not raised before, in one transaction; returns how many
    /// were new.
    package func raise(_ due: [TimedAlert]) async throws -> Int {
        let fresh = try await unraised(due)
        guard !fresh.isEmpty else { return 0 }
        return try await write { transaction in
            var raised = 0
            for item in fresh {
                // Deleted since it was read: there is nobody to tell, and no mark to leave.
                guard try TenantKey.find(item.alert.tenantID, transaction.database) != nil else { continue }
                try transaction.execute(
                    "INSERT OR IGNORE INTO alert_mark (key, raised_at) VALUES (?, ?)", [item.key, transaction.now])
                guard transaction.database.changesCount > 0 else { continue }
                try transaction.notify(item.alert, initiator: nil)
                raised += 1
            }
            return raised
        }
    }

    /// Forgets what was raised before `limit`, at most a batch; what it was about is long gone, or worth another alert.
    package func forgetAlertMarks(before limit: UnixMillis) async throws {
        let keys = try await read { database in
            try String.fetchAll(
                database, sql: "SELECT key FROM alert_mark WHERE raised_at < ? LIMIT 1000", arguments: [limit])
        }
        guard !keys.isEmpty else { return }
        try await write { transaction in
            for key in keys { try transaction.execute("DELETE FROM alert_mark WHERE key = ?", [key]) }
        }
    }

    /// Most hours find everything raised already: reading that keeps the writer free.
    private func unraised(_ due: [TimedAlert]) async throws -> [TimedAlert] {
        try await read { database in
            let known = try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM alert_mark WHERE key = ?)")
            return try due.filter { try Bool.fetchOne(known, arguments: [$0.key]) != true }
        }
    }
}

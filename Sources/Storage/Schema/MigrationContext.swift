import Domain
import GRDB
import Logging

/// What a migration that changes evidence needs besides the database: the time, and somewhere to say what it did.
struct MigrationContext: Sendable {
    /// Nothing is of the future for a database that is made just now.
    var clock: WallClock = { .latest }
    /// Nil where nobody listens.
    var logger: Logger?

    func note(_ message: String, _ facts: [String: String]) {
        logger?.notice("\(message)", metadata: facts.mapValues { "\($0)" })
    }

    /// Writes the audit event of what was changed, by the service itself.
    func audit(
        _ migration: String, _ facts: [String: String], workspace: WorkspaceID?, tenant: TenantID?, _ database: Database
    ) throws {
        let transaction = WriteTransaction(database: database, now: clock(), limits: WriteLimits(StoreConfiguration()))
        try transaction.audit(
            AuditEntry(
                .migrate, workspaceID: workspace, tenantID: tenant,
                details: facts.merging(["migration": migration]) { mine, _ in mine }), .system)
    }
}

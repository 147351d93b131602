import Domain
import GRDB
import Logging

/// The named, append-only list of schema changes. An entry that was ever released is never edited; a change is a new
/// entry.
enum Schema {
    /// "RPK1": marks the file as ours.
    static let applicationID: Int32 = 0x5250_4B31
    static let pageSize = 16_384

    /// For reading which changes there are, and for a fresh database.
    static var migrator: DatabaseMigrator { migrator(MigrationContext()) }

    /// Each change is one transaction: a start that is interrupted in it finds the database as it was before it.
    static func migrator(_ context: MigrationContext) -> DatabaseMigrator {
        // Orphan rows are for `check` to name: GRDB's own look through the whole database would end the start at one.
        // No migration removes or renumbers a parent.
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("0001-initial") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            for statement in initialDirectory + initialEvidence + initialPacks + initialRecords {
                try database.execute(sql: statement)
            }
        }
        // There is no 0002: it was never released.
        migrator.registerMigration("0003-stored-counts") { database in
            for statement in storedCounts { try database.execute(sql: statement) }
            try numberReceivers(database)
        }
        migrator.registerMigration("0004-finding-identity") {
            try FindingIdentity.migrate($0, context)
            try recountFindings($0)
        }
        migrator.registerMigration("0005-times-of-the-future") {
            try FutureTimes.migrate($0, context)
            try recountFindings($0)
        }
        migrator.registerMigration("0006-origin-of-texts") { try CatalogueOrigin.migrate($0) }
        return migrator
    }
}

/// Migration 0006: tells the texts that a scanner's record brought from those of native records, which a converter
/// writes.
///
/// A pack shows a catalogue's text with less redaction (Docs/PACK-FORMAT.md), so a text of which this is not certain is
/// none:
///
/// 1. A native record has no result, and a finding never changes its format. A text that a finding without a result has
///    is not a scanner's, also where a scanner's finding shares it.
/// 2. Texts stored from now on belong to one format (`CheckTexts`), so no native finding comes to share a text marked
///    here.
enum CatalogueOrigin {
    static func migrate(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE check_text ADD COLUMN from_scanner INTEGER NOT NULL DEFAULT 0")
        try database.execute(
            sql: """
                UPDATE check_text SET from_scanner = 1
                WHERE id NOT IN (SELECT check_text FROM finding WHERE result = \(FindingResult.none.sql))
                """)
    }
}

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
        let transaction = WriteTransaction(database: database, now: clock(), limits: .none)
        try transaction.audit(
            AuditEntry(
                .migrate, workspaceID: workspace, tenantID: tenant,
                details: facts.merging(["migration": migration]) { mine, _ in mine }), .system)
    }
}

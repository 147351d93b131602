import Foundation
import GRDB
import ReviewPackIngest
import ReviewPackModel

extension EvidenceFingerprint {
    /// Reads the inputs of one tenant as the database's current snapshot has them.
    init(of tenant: TenantKey, options: PackOptions, _ database: Database) throws {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT findings_revision, newest_last_seen_at FROM tenant WHERE number = ?"),
            arguments: [tenant.number])
        guard let row, let revision = RevisionSum(Array(row["findings_revision"] as Data)) else {
            throw ProductError.internal
        }
        self.init(
            tenantID: tenant.id, options: options,
            permissionPosture: try StoredReport.latest(.permissionPosture, of: tenant.number, database)?.record
                .fingerprint,
            entraAdminRoles: try StoredReport.latest(.entraAdminRoles, of: tenant.number, database)?.record.fingerprint,
            newestLastSeenAt: row["newest_last_seen_at"], findingsRevision: revision,
            hardening: try HardeningSettings.read(of: tenant.number, database))
    }
}

/// A report's row.
struct StoredReport {
    var id: Int64
    var record: ReportRecord

    /// The report with the greatest measured_at; of several with the same, the one stored last.
    static func latest(_ type: ReportType, of tenant: Int64, _ database: Database) throws -> StoredReport? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT * FROM report WHERE tenant = ? AND type = ? ORDER BY measured_at DESC, id DESC LIMIT 1"),
            arguments: [tenant, type]
        ).map { row in
            StoredReport(
                id: row["id"],
                record: ReportRecord(
                    type: type, fingerprint: row["fingerprint"], measuredAt: row["measured_at"],
                    payloadBytes: row["payload_bytes"]))
        }
    }
}

extension HardeningSettings {
    static func read(of tenant: Int64, _ database: Database) throws -> HardeningSettings? {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM hardening WHERE tenant = ?"), arguments: [tenant])
        guard let row else { return nil }
        var settings = HardeningSettings(
            scopeMode: row["scope_mode"], lastCheckedAt: row["last_checked_at"], lastSetupAt: row["last_setup_at"])
        settings.canaryResults = try Row.fetchAll(
            database.cachedStatement(
                sql: "SELECT name, result FROM hardening_canary WHERE tenant = ? ORDER BY name"), arguments: [tenant]
        ).map { CanaryResult(name: $0["name"], result: $0["result"]) }
        settings.warnings = try String.fetchAll(
            database.cachedStatement(sql: "SELECT text FROM hardening_warning WHERE tenant = ? ORDER BY position"),
            arguments: [tenant])
        return settings
    }

    /// Replaces what is stored; the parent row takes its canaries and warnings with it.
    func store(for tenant: Int64, _ transaction: WriteTransaction) throws {
        try transaction.execute("DELETE FROM hardening WHERE tenant = ?", [tenant])
        try transaction.execute(
            "INSERT INTO hardening (tenant, scope_mode, last_checked_at, last_setup_at, put_at) VALUES (?, ?, ?, ?, ?)",
            [tenant, scopeMode, lastCheckedAt, lastSetupAt, transaction.now])
        for canary in canaryResults {
            try transaction.execute(
                "INSERT INTO hardening_canary (tenant, name, result) VALUES (?, ?, ?)",
                [tenant, canary.name, canary.result])
        }
        for (position, warning) in warnings.enumerated() {
            try transaction.execute(
                "INSERT INTO hardening_warning (tenant, position, text) VALUES (?, ?, ?)", [tenant, position, warning])
        }
    }
}

extension SourceFreshness {
    static func all(of tenant: Int64, _ database: Database) throws -> [SourceFreshness] {
        try Row.fetchAll(
            database.cachedStatement(sql: "SELECT * FROM source_state WHERE tenant = ? ORDER BY source"),
            arguments: [tenant]
        ).map { row in
            SourceFreshness(
                source: row["source"], toolVersion: row["tool_version"], lastRunID: row["last_run_id"],
                lastRunAt: row["last_run_at"], lastImportedAt: row["last_imported_at"],
                checksEvaluated: row["checks_evaluated"], passed: row["passed"], failed: row["failed"],
                manual: row["manual"], errors: row["errors"])
        }
    }
}

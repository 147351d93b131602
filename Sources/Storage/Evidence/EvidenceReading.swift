import Bytes
import Domain
import Evidence
import Foundation
import GRDB

extension EvidenceFingerprint {
    /// The fingerprint of a tenant's evidence with the given options, as the database's current snapshot has it.
    static func digest(of tenant: TenantKey, options: PackOptions, _ database: Database) throws -> Digest256 {
        try EvidenceFingerprint(of: tenant, options: options, database).digest(
            under: FingerprintKey.read(of: tenant.number, database))
    }

    /// Reads the inputs of one tenant as the database's current snapshot has them.
    init(of tenant: TenantKey, options: PackOptions, _ database: Database) throws {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT findings_revision, newest_last_seen_at FROM tenant WHERE number = ?"),
            arguments: [tenant.number])
        guard let row = row?.of("tenant") else { throw ProductError.notFound }
        let stored: Digest256 = try row.value("findings_revision")
        guard let revision = RevisionSum(stored.bytes) else { throw row.damaged("findings_revision") }
        self.init(
            tenantID: tenant.id, options: options,
            permissionPosture: try StoredReport.latest(.permissionPosture, of: tenant.number, database)?.record
                .fingerprint,
            entraAdminRoles: try StoredReport.latest(.entraAdminRoles, of: tenant.number, database)?.record.fingerprint,
            newestLastSeenAt: try row.value("newest_last_seen_at"), findingsRevision: revision,
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
            let row = row.of("report")
            return StoredReport(
                id: try row.value("id"),
                record: ReportRecord(
                    type: type, fingerprint: try row.value("fingerprint"), measuredAt: try row.value("measured_at"),
                    payloadBytes: try row.value("payload_bytes", in: 0...ReportPart.maximumBytes)))
        }
    }
}

extension HardeningSettings {
    static func read(of tenant: Int64, _ database: Database) throws -> HardeningSettings? {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM hardening WHERE tenant = ?"), arguments: [tenant])
        guard let row = row?.of("hardening") else { return nil }
        var settings = HardeningSettings(
            scopeMode: try row.value("scope_mode"), lastCheckedAt: try row.value("last_checked_at"),
            lastSetupAt: try row.value("last_setup_at"))
        settings.canaryResults = try Row.fetchAll(
            database.cachedStatement(
                sql: "SELECT name, result FROM hardening_canary WHERE tenant = ? ORDER BY name"), arguments: [tenant]
        ).map { row in
            let row = row.of("hardening_canary")
            return CanaryResult(name: try row.value("name"), result: try row.value("result"))
        }
        settings.warnings = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT text FROM hardening_warning WHERE tenant = ? ORDER BY position"),
            arguments: [tenant]
        ).map { try $0.of("hardening_warning").value("text") }
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
            let row = row.of("source_state")
            return SourceFreshness(
                source: try row.value("source"), toolVersion: try row.value("tool_version"),
                lastRunID: try row.value("last_run_id"), lastRunAt: try row.value("last_run_at"),
                lastImportedAt: try row.value("last_imported_at"), checksEvaluated: try row.value("checks_evaluated"),
                passed: try row.value("passed"), failed: try row.value("failed"), manual: try row.value("manual"),
                errors: try row.value("errors"))
        }
    }
}

import Domain
import Foundation
import GRDB

/// What storing a report changed.
enum ReportChange {
    case inserted
    /// The same content was stored; its measured_at moved forward.
    case moved
    case unchanged
}

extension WriteTransaction {
    /// Stores a report's bytes, or only moves `measured_at` when the same bytes are stored already.
    func storeReport(
        _ type: ReportType, _ input: StagedReport, measuredAt: UnixMillis, tenant: Int64, parts: ReportParts
    ) throws -> ReportChange {
        let known = try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT id, measured_at FROM report WHERE tenant = ? AND type = ? AND fingerprint = ?"),
            arguments: [tenant, type, input.fingerprint])
        if let known = known?.of("report") {
            let before: UnixMillis = try known.value("measured_at")
            guard measuredAt > before else { return .unchanged }
            let id: Int64 = try known.value("id")
            try execute("UPDATE report SET measured_at = ? WHERE id = ?", [measuredAt, id])
            return .moved
        }
        try requireRoom(forReportOf: input.byteCount, tenant: tenant)
        try execute(
            """
            INSERT INTO report (tenant, type, fingerprint, measured_at, payload_bytes, imported_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [tenant, type, input.fingerprint, measuredAt, input.byteCount, now])
        let report = database.lastInsertedRowID
        try parts.read { position, part in
            try execute(
                "INSERT INTO report_part (report, part, bytes) VALUES (?, ?, ?)", [report, position, Data(part)])
        }
        return .inserted
    }

    /// What is now stored of the report, and whether it is the one that packs take.
    func importedReport(_ type: ReportType, _ input: StagedReport, tenant: Int64) throws -> ImportedReport {
        let latest = try StoredReport.latest(type, of: tenant, database)?.record.fingerprint
        let measuredAt = try UnixMillis.fetchOne(
            database.cachedStatement(
                sql: "SELECT measured_at FROM report WHERE tenant = ? AND type = ? AND fingerprint = ?"),
            arguments: [tenant, type, input.fingerprint])
        return ImportedReport(
            fingerprint: input.fingerprint.description, measuredAt: (measuredAt ?? now).description,
            payloadBytes: input.byteCount, isLatest: latest == input.fingerprint)
    }
}

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
}

extension WriteTransaction {
    /// Throws SCOPE_LIMIT when the tenant's stored reports leave no room for one of `bytes`.
    func requireRoom(forReportOf bytes: Int64, tenant: Int64) throws {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT count(*) AS reports, ifnull(sum(payload_bytes), 0) AS bytes
                    FROM (SELECT payload_bytes FROM report WHERE tenant = ? LIMIT \(ReportHistory.maximumReports))
                    """), arguments: [tenant])?.of("report")
        guard let row else { return }
        let reports: Int = try row.value("reports")
        guard reports < ReportHistory.maximumReports else {
            throw ProductError(
                .scopeLimit,
                """
                this tenant has \(ReportHistory.maximumReports) reports, which is the limit; run prune, which removes \
                superseded reports, or shorten history_days
                """,
                metadata: ["limit": "\(ReportHistory.maximumReports)"])
        }
        let stored: Int64 = try row.value("bytes", in: 0...Int64(ReportPart.maximumBytes))
        guard stored + bytes > limits.reportBytes else { return }
        throw ProductError(
            .scopeLimit,
            """
            this tenant's reports would take \(stored + bytes) bytes, more than the limit of \(limits.reportBytes); \
            run prune, which removes superseded reports, or raise report_history_mib_per_tenant
            """,
            metadata: ["limit": "\(limits.reportBytes)"])
    }
}

import Domain
import GRDB

/// How much may lie in one workspace, one tenant or the system. What is there already stays; only more is refused, with
/// SCOPE_LIMIT.
enum ScopeLimit {
    /// Throws when as many rows as are allowed meet the condition; counts no further than that.
    ///
    /// - Parameters:
    ///   - what: the rows, as the refusal names them.
    ///   - condition: finds the rows by an index; holds one `?` if there is a `key`.
    static func require(
        _ what: String, of place: String, in table: String, where condition: String, _ key: Int64?, atMost limit: Int,
        _ database: Database
    ) throws {
        let count = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(condition) LIMIT \(limit))"),
            arguments: key.map { [$0] } ?? [])
        if count ?? 0 >= limit { throw reached(what, of: place, limit) }
    }

    static func reached(_ what: String, of place: String, _ limit: some BinaryInteger) -> ProductError {
        ProductError(
            .scopeLimit, "\(place) has \(limit) \(what), which is the limit; remove some first",
            metadata: ["limit": "\(limit)"])
    }
}

extension WriteTransaction {
    /// Throws SCOPE_LIMIT when an import that added `inserted` findings has given the tenant more than it may have.
    func requireRoom(forFindingsOf tenant: Int64, inserted: Int64) throws {
        guard inserted > 0 else { return }
        let count = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT sum(findings) FROM finding_count WHERE tenant = ?"),
            arguments: [tenant])
        guard count ?? 0 > limits.findings else { return }
        throw ProductError(
            .scopeLimit,
            """
            this tenant would have \(count ?? 0) findings, more than the limit of \(limits.findings); run prune, which \
            removes old resolved findings, or raise findings_per_tenant
            """,
            metadata: ["limit": "\(limits.findings)"])
    }

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

enum ReportHistory {
    /// Reports that are kept of one tenant, of all types: two a day for ten years.
    static let maximumReports = 7300
}

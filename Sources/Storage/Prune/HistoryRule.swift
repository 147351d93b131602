import Domain
import GRDB

/// What goes when it is older than history_days, a kind of row each.
///
/// The newest run and the newest successful run of each type and tenant stay, because schedules show it, and those from
/// which a retry may still be answered; a pack's run goes with its pack. An imported run takes the place of imported
/// ones alone, because schedules show none. Reports go when a newer one of their type exists. Resolved findings are in
/// no pack and no revision, so the evidence does not change with them.
struct HistoryRule: Sendable {
    /// Rows of one transaction.
    static let batch = 2000

    private let table: String
    private let key: String
    /// Holds one `?`, the time before which a row is history.
    private let condition: String
    private let details: [String]

    static let operationRuns = HistoryRule(
        table: "operation_run", key: "number",
        condition: """
            pack IS NULL AND started_at < ? AND EXISTS (SELECT 1 FROM operation_run newer
            WHERE newer.tenant IS operation_run.tenant AND newer.type = operation_run.type
            AND newer.started_at > operation_run.started_at AND newer.imported <= operation_run.imported
            AND (operation_run.outcome IS NOT \(OperationOutcome.succeeded.sql)
                OR newer.outcome = \(OperationOutcome.succeeded.sql)))
            """)
    static let notifications = HistoryRule(
        table: "notification", key: "number", condition: "read_at IS NOT NULL AND created_at < ?")
    static let reports = HistoryRule(
        table: "report", key: "id",
        condition: """
            measured_at < ? AND EXISTS (SELECT 1 FROM report newer WHERE newer.tenant = report.tenant
            AND newer.type = report.type AND (newer.measured_at, newer.id) > (report.measured_at, report.id))
            """)
    static let findings = HistoryRule(
        table: "finding", key: "id", condition: "status = \(FindingStatus.resolved.sql) AND resolved_at < ?",
        details: ["finding_detail"])

    private init(table: String, key: String, condition: String, details: [String] = []) {
        self.table = table
        self.key = key
        self.condition = condition
        self.details = details
    }

    func count(before limit: UnixMillis, _ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE \(condition)", arguments: [limit]) ?? 0
    }

    /// Deletes at most a batch; returns how many rows went.
    func delete(before limit: UnixMillis, _ transaction: WriteTransaction) throws -> Int {
        let keys = try Int64.fetchAll(
            transaction.database.cachedStatement(
                sql: "SELECT \(key) FROM \(table) WHERE \(condition) ORDER BY \(key) LIMIT \(HistoryRule.batch)"),
            arguments: [limit])
        for name in [table] + details {
            let delete = try transaction.database.cachedStatement(sql: "DELETE FROM \(name) WHERE \(key) = ?")
            for key in keys { try delete.execute(arguments: [key]) }
        }
        return keys.count
    }
}

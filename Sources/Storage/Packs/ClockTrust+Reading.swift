import Domain
import GRDB

extension ClockTrust {
    /// Reads what the recorded prunes say of the clock `now`.
    init(reading database: Database, at now: UnixMillis, graceDays: Int) throws {
        let tomorrow = now.advanced(byDays: 1)
        let runs = """
            FROM operation_run WHERE tenant IS NULL AND type = ? AND outcome = \(OperationOutcome.succeeded.sql) \
            AND imported = 0
            """
        let clock = "CASE WHEN json_valid(context) THEN ifnull(json_extract(context, '$.clock'), '') ELSE '' END"
        let type = OperationType.prune.rawValue
        let doubted = PrunePlan.suspiciousClock
        // Whatever number is stored there: one that is no time makes the clock doubted, as it should.
        let past = try Row.fetchOne(
            database,
            sql: """
                SELECT started_at, number \(runs) AND started_at <= ? AND \(clock) <> ?
                ORDER BY started_at DESC LIMIT 1
                """,
            arguments: [type, tomorrow, doubted])?.of("operation_run")
        let ahead = try Row.fetchOne(
            database,
            sql: "SELECT started_at, number \(runs) AND started_at > ? AND \(clock) <> ? ORDER BY number DESC LIMIT 1",
            arguments: [type, tomorrow, doubted])?.of("operation_run")
        let pastNumber = try past?.value("number") as Int64? ?? 0
        let aheadNumber = try ahead?.value("number") as Int64? ?? 0
        let isBehind = aheadNumber > pastNumber
        let newest: Int64? = try (isBehind ? ahead : past)?.value("started_at")
        let wasSeenBefore =
            try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 \(runs) AND started_at BETWEEN ? AND ? AND number > ? AND \(clock) = ?)",
                arguments: [
                    type, now.advanced(byDays: -Self.toleranceDays(graceDays: graceDays)),
                    now.advanced(byMilliseconds: -Self.day), max(pastNumber, aheadNumber), doubted,
                ]) ?? false
        self.init(
            lastTrusted: newest.map { UnixMillis($0) }, isBehind: isBehind, wasSeenBefore: wasSeenBefore)
    }
}

package import Domain
import Evidence
import GRDB

extension Store {
    /// Visible runs that meet the filter, by their start, newest first.
    package func listOperationRuns(
        _ filter: OperationFilter, visible: VisibleScopes, page: PageRequest<OperationCursor>
    ) async throws -> PageResult<OperationRunRecord, OperationCursor> {
        var query = Conditions()
        query.add("t.id = ?", filter.tenantID)
        query.add("r.type = ?", filter.type?.rawValue)
        query.add("r.status = ?", filter.status)
        query.add("r.outcome = ?", filter.outcome)
        query.add("r.started_at >= ?", filter.startedFrom)
        if let after = page.after { query.add("(r.started_at, r.number) < (?, ?)", [after.startedAt, after.number]) }
        if let condition = visible.condition(on: "t") { query.add(condition.sql, condition.arguments) }
        let sql = """
            \(OperationRunRecord.select) \(query.whereClause) ORDER BY r.started_at DESC, r.number DESC
            LIMIT \(page.limit + 1)
            """
        let arguments = query.arguments
        let result = try await read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            return try PageResult(
                limit: page.limit, reading: { try rows.next().map { try NumberedRun(row: $0.of("operation_run")) } },
                bytes: \.bytes, cursor: \.cursor)
        }
        return PageResult(items: result.items.map(\.record), next: result.next)
    }

    /// A run by its id. An imported run carries the id that its file gives it, be it another's: a run of the service's
    /// own comes first.
    package func operationRun(
        _ id: OperationRunID, inSight sight: @escaping Sight
    ) async throws -> OperationRunRecord? {
        try await read { database in
            let places = try Row.fetchCursor(
                database.cachedStatement(sql: Place.operationRun.sql), arguments: [id])
            while let row = try places.next() {
                let place = row.of("operation_run")
                guard try Place.operationRun.isMet(by: place, id, sight) else { continue }
                let number: Int64 = try place.value("number")
                return try OperationRunRecord.find(number: number, database)
            }
            return nil
        }
    }
}

private struct NumberedRun: Sendable {
    var number: Int64
    var record: OperationRunRecord

    init(row: StoredRow) throws {
        number = try row.value("number")
        record = try OperationRunRecord(row: row)
    }

    var cursor: OperationCursor { OperationCursor(startedAt: record.run.startedAt, number: number) }

    /// About what the run takes in a message; its context is the one part of any size.
    var bytes: Int { 512 + record.run.initiator.utf8.count + record.run.context.utf8.count }
}

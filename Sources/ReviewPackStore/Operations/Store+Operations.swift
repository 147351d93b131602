import GRDB
import ReviewPackModel

extension Store {
    /// A run by its id, when its tenant is visible. Runs of the system are visible to those who see everything.
    public func operationRun(_ id: OperationRunID, visible: VisibleScopes) async throws -> OperationRunRecord? {
        try await operationRun(id) { visible.includes(tenant: $1, of: $0) }
    }

    /// Visible runs whose id begins or ends with the digits, newest first, at most `limit`.
    public func operationRuns(
        matching fragment: IDFragment, visible: VisibleScopes, limit: Int
    ) async throws -> [OperationRunRecord] {
        var query = Conditions()
        query.add("(hex(r.id) LIKE ? OR hex(r.id) LIKE ?)", [fragment.digits + "%", "%" + fragment.digits])
        return try await operationRuns(query, visible, order: "r.number DESC", limit: limit).map(\.record)
    }

    /// Visible runs that meet the filter, by their start, newest first.
    public func listOperationRuns(
        _ filter: OperationFilter, visible: VisibleScopes, page: PageRequest<OperationCursor>
    ) async throws -> PageResult<OperationRunRecord, OperationCursor> {
        var query = Conditions()
        query.add("t.id = ?", filter.tenantID)
        query.add("r.type = ?", filter.type?.rawValue)
        query.add("r.status = ?", filter.status)
        query.add("r.outcome = ?", filter.outcome)
        query.add("r.started_at >= ?", filter.startedFrom)
        if let after = page.after { query.add("(r.started_at, r.number) < (?, ?)", [after.startedAt, after.number]) }
        let found = try await operationRuns(
            query, visible, order: "r.started_at DESC, r.number DESC", limit: page.limit + 1)
        let result = PageResult(reading: found, limit: page.limit) {
            OperationCursor(startedAt: $0.record.run.startedAt, number: $0.number)
        }
        return PageResult(items: result.items.map(\.record), next: result.next)
    }

    /// The run of a type that started last; of the system's own when `tenant` is nil. Nil when there never was one.
    public func latestRun(
        of type: OperationType, tenant: TenantID?, outcome: OperationOutcome?
    ) async throws -> OperationRunRecord? {
        var query = Conditions()
        query.add("r.type = ?", type.rawValue)
        if let tenant { query.add("t.id = ?", tenant) } else { query.add("r.tenant IS NULL") }
        query.add("r.outcome = ?", outcome)
        return try await operationRuns(query, .everything, order: "r.started_at DESC, r.number DESC", limit: 1).first?
            .record
    }

    private struct NumberedRun: Sendable {
        var number: Int64
        var record: OperationRunRecord
    }

    private func operationRuns(
        _ conditions: Conditions, _ visible: VisibleScopes, order: String, limit: Int
    ) async throws -> [NumberedRun] {
        var query = conditions
        if let condition = visible.condition(on: "t") { query.add(condition.sql, condition.arguments) }
        let sql = "\(OperationRunRecord.select) \(query.whereClause) ORDER BY \(order) LIMIT \(limit)"
        let arguments = query.arguments
        return try await read { database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                let row = row.of("operation_run")
                return NumberedRun(number: try row.value("number"), record: try OperationRunRecord(row: row))
            }
        }
    }
}

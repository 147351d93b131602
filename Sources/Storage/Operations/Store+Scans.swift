package import Domain
import Evidence
import GRDB

extension Store {
    /// Records how a scan ended, as an operation run of the scan's type, and tells the rules' receivers of a failure;
    /// one transaction.
    ///
    /// Returns the run's id; a retry with the same `request_id` returns the same one and writes nothing. Throws
    /// INVALID_FIELD for an import run that is not of this tenant, TIME_IN_FUTURE for a start that has not come yet.
    @discardableResult
    package func recordScan(
        _ scan: ScanOutcome, of tenant: TenantID, stamp: ActionStamp
    ) async throws -> OperationRunID {
        try await write { transaction in
            if let earlier = try transaction.earlierEffect(of: stamp).flatMap({ OperationRunID($0) }) { return earlier }
            let key = try TenantKey.require(tenant, transaction.database)
            try transaction.requirePast(scan.startedAt, field: "started_at")
            let run = OperationRecord(
                id: transaction.newID(), type: scan.type.scanOperation, status: .completed,
                outcome: scan.failure == nil ? .succeeded : .failed, reasonCode: scan.failure?.rawValue,
                initiator: stamp.actor.initiator, startedAt: min(scan.startedAt, transaction.now),
                finishedAt: transaction.now,
                context: JSONObjectText.render(try transaction.context(of: scan, tenant: key)))
            try transaction.insert(run, tenant: key.number, onBehalfOf: stamp.actor.onBehalfOf)
            try transaction.audit(
                AuditEntry(
                    .recordScan, outcome: scan.failure == nil ? .ok : .failed, reason: run.reasonCode,
                    workspaceID: key.workspaceID, tenantID: tenant,
                    details: ["type": run.type.rawValue, "operation_run": run.id.description]), stamp)
            if let failure = scan.failure {
                try transaction.notify(.scanFailed(scan.type, failure, run: run.id, tenant: key), initiator: nil)
            }
            try transaction.remember(run.id.description, of: stamp)
            return run.id
        }
    }

    /// How the system's own runs of a type last went.
    package func systemRuns(of type: OperationType) async throws -> RunHistory {
        let horizon = TimeGuard(now: now()).horizon
        return try await read { try RunHistory(of: type, tenant: nil, until: horizon, $0) }
    }

    /// Visible tenants with their scans, by their names' bytes; at most `page.limit` tenants.
    package func listTenantScans(
        tenant: TenantID? = nil, visible: VisibleScopes, page: PageRequest<TenantCursor>
    ) async throws -> PageResult<TenantScans, TenantCursor> {
        var query = Conditions()
        if let condition = visible.condition(on: "t") { query.add(condition.sql, condition.arguments) }
        query.add("t.id = ?", tenant)
        if let after = page.after { query.add("(t.name, t.id) > (?, ?)", [after.name, after.id]) }
        let sql = "\(TenantRecord.select) \(query.whereClause) ORDER BY t.name, t.id LIMIT \(page.limit + 1)"
        let arguments = query.arguments
        let horizon = TimeGuard(now: now()).horizon
        return try await read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            return try PageResult(
                limit: page.limit,
                reading: {
                    try rows.next().map { try TenantScans(row: $0.of("tenant"), until: horizon, database) }
                },
                bytes: \.listedBytes, cursor: { TenantCursor(name: $0.tenant.name, id: $0.tenant.id) })
        }
    }
}

extension TenantScans {
    fileprivate init(row: StoredRow, until horizon: UnixMillis, _ database: Database) throws {
        let number: Int64 = try row.value("number")
        self.init(tenant: try TenantRecord(row: row), scans: [:])
        for type in ReportType.allCases {
            scans[type] = try RunHistory(of: type.scanOperation, tenant: number, until: horizon, database)
        }
    }
}

extension WriteTransaction {
    /// The context of a scan's run: the import that it led to.
    fileprivate func context(of scan: ScanOutcome, tenant: TenantKey) throws -> [String: String] {
        guard let id = scan.importRunID else { return [:] }
        let isKnown = try Bool.fetchOne(
            database.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM operation_run WHERE id = ? AND tenant = ? AND imported = 0)"),
            arguments: [id, tenant.number])
        guard isKnown == true else {
            throw ProductError.invalid("import_run_id", "must be an import's operation run of this tenant")
        }
        return ["import_run": id.description]
    }
}

extension RunHistory {
    /// Two look-ups in the index over tenant, type and start, of the service's own runs; those that start after
    /// `horizon` never took place.
    fileprivate init(
        of type: OperationType, tenant: Int64?, until horizon: UnixMillis, _ database: Database
    ) throws {
        // What a collector imported says nothing about what the service did.
        let select =
            "SELECT * FROM operation_run WHERE tenant IS ? AND type = ? AND started_at <= ? AND imported = 0"
        let newest = "ORDER BY started_at DESC, number DESC LIMIT 1"
        let last = try Row.fetchOne(
            database.cachedStatement(sql: "\(select) \(newest)"), arguments: [tenant, type.rawValue, horizon])?
            .of("operation_run")
        let success = try Row.fetchOne(
            database.cachedStatement(sql: "\(select) AND outcome = \(OperationOutcome.succeeded.sql) \(newest)"),
            arguments: [tenant, type.rawValue, horizon])?
            .of("operation_run")
        self.init(
            lastRunAt: try last?.value("started_at"), lastOutcome: try last.flatMap { try $0.value("outcome") },
            reasonCode: try last.flatMap { try $0.value("reason_code") },
            lastSuccessAt: try success?.value("started_at"))
    }
}

extension Alert {
    fileprivate static func scanFailed(
        _ type: ReportType, _ failure: ScanFailure, run: OperationRunID, tenant: TenantKey
    ) -> Alert {
        Alert(
            event: .scanFailed, workspaceID: tenant.workspaceID, tenantID: tenant.id,
            title: "Scan failed: \(tenant.name)",
            body: """
                The scan \(type.word) of \(tenant.name) failed; the stored results stay as they were. \
                \(failure.explanation) \(failure.advice)
                """, action: ClientCommandLine.show(operationRun: run))
    }
}

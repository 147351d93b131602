import GRDB
import ReviewPackModel

extension OperationRecord {
    init(row: Row) {
        self.init(
            id: row["id"], type: OperationType(rawValue: row["type"]), status: row["status"], outcome: row["outcome"],
            reasonCode: row["reason_code"], initiator: row["initiator"], startedAt: row["started_at"],
            finishedAt: row["finished_at"], context: row["context"])
    }
}

extension OperationRunRecord {
    static let select = """
        SELECT r.*, t.id AS tenant_id, t.external_id, w.id AS workspace_id FROM operation_run r
        LEFT JOIN tenant t ON t.number = r.tenant LEFT JOIN workspace w ON w.number = t.workspace
        """

    static func find(number: Int64, _ database: Database) throws -> OperationRunRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) WHERE r.number = ?"), arguments: [number])
            .map { OperationRunRecord(row: $0) }
    }

    init(row: Row) {
        self.init(
            run: OperationRecord(row: row), tenantID: row["tenant_id"], workspaceID: row["workspace_id"],
            tenantExternalID: (row["external_id"] as UUIDValue?).map { TenantExternalID($0) }, packID: row["pack"])
    }
}

extension WriteTransaction {
    /// Records a run of our own.
    func insert(
        _ run: OperationRecord, tenant: Int64?, onBehalfOf: String? = nil, pack: PackID? = nil
    ) throws {
        try execute(
            """
            INSERT INTO operation_run (id, tenant, type, status, outcome, reason_code, initiator, on_behalf_of, started_at,
                finished_at, context, pack)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run.id, tenant, run.type.rawValue, run.status, run.outcome, run.reasonCode, run.initiator, onBehalfOf,
                run.startedAt, run.finishedAt, run.context, pack,
            ])
    }
}

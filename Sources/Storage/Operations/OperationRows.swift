package import Domain
package import Evidence
import GRDB

/// An operation run with the tenant that it belongs to; system runs (prune) have none.
package struct OperationRunRecord: Sendable, Equatable {
    package var run: OperationRecord
    package var tenantID: TenantID?
    package var workspaceID: WorkspaceID?
    package var tenantExternalID: TenantExternalID?
    /// The pack whose generation the run tracks.
    package var packID: PackID?
}

package struct OperationFilter: Sendable, Equatable {
    package var tenantID: TenantID?
    package var type: OperationType?
    package var status: OperationStatus?
    package var outcome: OperationOutcome?
    package var startedFrom: UnixMillis?

    package init(tenantID: TenantID? = nil) { self.tenantID = tenantID }
}

extension OperationRecord {
    init(row: StoredRow) throws {
        self.init(
            id: try row.value("id"), type: OperationType(rawValue: try row.value("type")),
            status: try row.value("status"), outcome: try row.value("outcome"),
            reasonCode: try row.value("reason_code"), initiator: try row.value("initiator"),
            startedAt: try row.value("started_at"), finishedAt: try row.value("finished_at"),
            context: try row.value("context"), isImported: try row.value("imported"))
    }
}

extension OperationRunRecord {
    static let select = """
        SELECT r.*, t.id AS tenant_id, t.external_id, w.id AS workspace_id FROM operation_run r
        LEFT JOIN tenant t ON t.number = r.tenant LEFT JOIN workspace w ON w.number = t.workspace
        """

    static func find(number: Int64, _ database: Database) throws -> OperationRunRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) WHERE r.number = ?"), arguments: [number])
            .map { try OperationRunRecord(row: $0.of("operation_run")) }
    }

    init(row: StoredRow) throws {
        self.init(
            run: try OperationRecord(row: row), tenantID: try row.value("tenant_id"),
            workspaceID: try row.value("workspace_id"), tenantExternalID: try row.value("external_id"),
            packID: try row.value("pack"))
    }
}

extension WriteTransaction {
    /// Records a run of our own.
    func insert(
        _ run: OperationRecord, tenant: Int64?, onBehalfOf: ExactText? = nil, pack: PackID? = nil
    ) throws {
        try execute(
            """
            INSERT INTO operation_run (id, tenant, type, status, outcome, reason_code, initiator, on_behalf_of,
                started_at,
                finished_at, context, pack)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run.id, tenant, run.type.rawValue, run.status, run.outcome, run.reasonCode, run.initiator, onBehalfOf,
                run.startedAt, run.finishedAt, run.context, pack,
            ])
    }
}

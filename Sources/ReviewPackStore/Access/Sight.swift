import GRDB
import ReviewPackModel

/// Whether a caller may know of something that lies in a tenant, in a workspace (`tenant` nil) or in the system (both nil).
public typealias Sight = @Sendable (_ workspace: WorkspaceID?, _ tenant: TenantID?) -> Bool

/// Look-ups for callers who may not know of everything: what is hidden and what does not exist are the same nil.
///
/// Each reads where the thing lies, asks `sight`, and only then reads the thing itself. So a hidden row costs what an absent one does,
/// whatever is in it, and the answer's time does not tell them apart.
extension Store {
    public func tenant(externalID: TenantExternalID, inSight sight: @escaping Sight) async throws -> TenantRecord? {
        try await read { database in
            guard try Place.tenant.isIn(sight, externalID.value, database) else { return nil }
            return try TenantRecord.find(externalID, database)
        }
    }

    public func workspace(named name: String, inSight sight: @escaping Sight) async throws -> WorkspaceRecord? {
        try await read { database in
            guard try Place.workspace.isIn(sight, name, database) else { return nil }
            return try WorkspaceRecord.find(name: name, database)
        }
    }

    public func pack(_ id: PackID, inSight sight: @escaping Sight) async throws -> PackRecord? {
        try await read { database in
            guard try Place.pack.isIn(sight, id, database) else { return nil }
            return try PackRecord.find(id, database)
        }
    }

    public func alertRule(_ id: UUIDValue, inSight sight: @escaping Sight) async throws -> AlertRuleRecord? {
        try await read { database in
            guard try Place.alertRule.isIn(sight, id, database) else { return nil }
            return try AlertRuleRecord.find(id, database)
        }
    }

    /// A run by its id. An imported run carries the id that its file gives it, be it another's: a run of the service's own comes first.
    public func operationRun(
        _ id: OperationRunID, inSight sight: @escaping Sight
    ) async throws -> OperationRunRecord? {
        try await read { database in
            let places = try Row.fetchCursor(
                database.cachedStatement(sql: Place.operationRun.sql), arguments: [id])
            while let row = try places.next() {
                let place = row.of("operation_run")
                guard sight(try place.value("workspace"), try place.value("tenant")) else { continue }
                let number: Int64 = try place.value("number")
                return try OperationRunRecord.find(number: number, database)
            }
            return nil
        }
    }
}

/// Where rows lie, and nothing else of them.
private enum Place: String {
    case tenant, workspace
    case pack = "review_pack"
    case alertRule = "alert_rule"
    case operationRun = "operation_run"

    var sql: String {
        switch self {
        case .tenant:
            """
            SELECT w.id AS workspace, t.id AS tenant FROM tenant t JOIN workspace w ON w.number = t.workspace
            WHERE t.external_id = ?
            """
        case .workspace: "SELECT id AS workspace, NULL AS tenant FROM workspace WHERE name = ?"
        case .pack:
            """
            SELECT w.id AS workspace, t.id AS tenant FROM review_pack p JOIN tenant t ON t.number = p.tenant
            JOIN workspace w ON w.number = p.workspace WHERE p.id = ?
            """
        case .alertRule:
            """
            SELECT w.id AS workspace, t.id AS tenant FROM alert_rule a LEFT JOIN tenant t ON t.number = a.tenant
            JOIN workspace w ON w.number = ifnull(a.workspace, t.workspace) WHERE a.id = ?
            """
        case .operationRun:
            """
            SELECT r.number, w.id AS workspace, t.id AS tenant FROM operation_run r
            LEFT JOIN tenant t ON t.number = r.tenant LEFT JOIN workspace w ON w.number = t.workspace
            WHERE r.id = ? ORDER BY r.imported, r.number
            """
        }
    }

    /// Whether the row with this key exists where `sight` reaches.
    func isIn(_ sight: Sight, _ key: any DatabaseValueConvertible, _ database: Database) throws -> Bool {
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [key]) else { return false }
        let place = row.of(rawValue)
        return sight(try place.value("workspace"), try place.value("tenant"))
    }
}

package import Domain
import GRDB

/// Whether a caller may know of something that lies in a tenant, in a workspace (`tenant` nil) or in the system (both
/// nil).
package typealias Sight = @Sendable (_ workspace: WorkspaceID?, _ tenant: TenantID?) -> Bool

/// Look-ups for callers who may not know of everything: what is hidden and what does not exist are the same nil.
///
/// Each finds a place, asks `sight` of it, and only then reads the thing itself. So a hidden row costs what an absent
/// one does, whatever is in it, and the answer's time does not tell them apart.
extension Store {
    package func tenant(externalID: TenantExternalID, inSight sight: @escaping Sight) async throws -> TenantRecord? {
        try await read { database in
            guard try Place.tenant.isIn(sight, externalID, database) else { return nil }
            return try TenantRecord.find(externalID, database)
        }
    }

    package func workspace(named name: String, inSight sight: @escaping Sight) async throws -> WorkspaceRecord? {
        try await read { database in
            guard try Place.workspace.isIn(sight, name, database) else { return nil }
            return try WorkspaceRecord.find(name: name, database)
        }
    }
}

/// Locates rows without reading them.
///
/// A missing key costs the same work as a present one (its neighbour is read and judged), so timing does not reveal
/// existence.
enum Place: String {
    case tenant, workspace
    case pack = "review_pack"
    case alertRule = "alert_rule"
    case operationRun = "operation_run"

    var sql: String {
        switch self {
        case .tenant:
            """
            SELECT t.external_id AS key, w.id AS workspace, t.id AS tenant
            FROM tenant t JOIN workspace w ON w.number = t.workspace
            WHERE t.external_id = \(nearest("external_id", "tenant"))
            """
        case .workspace:
            """
            SELECT name AS key, id AS workspace, NULL AS tenant FROM workspace
            WHERE name = \(nearest("name", "workspace"))
            """
        case .pack:
            """
            SELECT p.id AS key, w.id AS workspace, t.id AS tenant FROM review_pack p
            JOIN tenant t ON t.number = p.tenant
            JOIN workspace w ON w.number = p.workspace WHERE p.id = \(nearest("id", "review_pack"))
            """
        case .alertRule:
            """
            SELECT a.id AS key, w.id AS workspace, t.id AS tenant
            FROM alert_rule a LEFT JOIN tenant t ON t.number = a.tenant
            JOIN workspace w ON w.number = ifnull(a.workspace, t.workspace) WHERE a.id = \(nearest("id", "alert_rule"))
            """
        case .operationRun:
            """
            SELECT r.id AS key, r.number, w.id AS workspace, t.id AS tenant FROM operation_run r
            LEFT JOIN tenant t ON t.number = r.tenant LEFT JOIN workspace w ON w.number = t.workspace
            WHERE r.id = \(nearest("id", "operation_run")) ORDER BY r.imported, r.number
            """
        }
    }

    /// Whether the row with this key exists where `sight` reaches.
    func isIn(_ sight: Sight, _ key: any DatabaseValueConvertible, _ database: Database) throws -> Bool {
        guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [key]) else { return false }
        return try isMet(by: row.of(rawValue), key, sight)
    }

    /// Whether a row is the one with the key, and in sight. Both are always worked out; damage is that of the row
    /// itself alone.
    func isMet(by row: StoredRow, _ key: any DatabaseValueConvertible, _ sight: Sight) throws -> Bool {
        let found: DatabaseValue = (try? row.value("key")) ?? .null
        let isTheOne: Bool = found == key.databaseValue
        do {
            let isInSight = sight(try row.value("workspace"), try row.value("tenant"))
            return isTheOne && isInSight
        } catch {
            if isTheOne { throw error }
            return false
        }
    }

    /// The key itself when it is stored, else the one before it, else the first of all.
    private func nearest(_ column: String, _ table: String) -> String {
        """
        ifnull((SELECT \(column) FROM \(table) WHERE \(column) <= ?1 ORDER BY \(column) DESC LIMIT 1),
            (SELECT min(\(column)) FROM \(table)))
        """
    }
}

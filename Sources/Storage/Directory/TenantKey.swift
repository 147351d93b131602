import Domain
import Evidence
import GRDB

/// The short row numbers behind the ids that callers see.
struct TenantKey: Sendable {
    var number: Int64
    var id: TenantID
    var workspaceNumber: Int64
    var workspaceID: WorkspaceID
    var externalID: TenantExternalID
    var name: String

    static func find(_ id: TenantID, _ database: Database) throws -> TenantKey? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT t.number, t.workspace, t.external_id, t.name, w.id AS workspace_id
                    FROM tenant t JOIN workspace w ON w.number = t.workspace WHERE t.id = ?
                    """), arguments: [id]
        ).map { row in
            let row = row.of("tenant")
            return TenantKey(
                number: try row.value("number"), id: id, workspaceNumber: try row.value("workspace"),
                workspaceID: try row.value("workspace_id"), externalID: try row.value("external_id"),
                name: try row.value("name"))
        }
    }

    /// The tenant, or NOT_FOUND.
    static func require(_ id: TenantID, _ database: Database) throws -> TenantKey {
        guard let key = try find(id, database) else { throw ProductError.notFound }
        return key
    }
}

extension VisibleScopes {
    /// The condition that a tenant row `t` is visible. The ids travel as one JSON text, so that any number of them is
    /// one argument and the statement stays the same.
    func condition(on table: String) -> (sql: String, arguments: StatementArguments)? {
        switch self {
        case .everything: return nil
        case .some(let workspaces, let tenants):
            return (
                """
                (\(table).number IN (SELECT number FROM tenant WHERE hex(id) IN (SELECT value FROM json_each(?)))
                OR \(table).workspace IN (SELECT number FROM workspace WHERE hex(id) IN (SELECT value FROM json_each(?))))
                """,
                [VisibleScopes.jsonList(tenants), VisibleScopes.jsonList(workspaces)]
            )
        }
    }

    /// The condition that a tenant `t` of a workspace `w`, both joined already, is visible: for rows that are few
    /// beside all tenants.
    var placeCondition: (sql: String, arguments: StatementArguments) {
        switch self {
        case .everything: return ("TRUE", [])
        case .some(let workspaces, let tenants):
            return (
                "(hex(t.id) IN (SELECT value FROM json_each(?)) OR hex(w.id) IN (SELECT value FROM json_each(?)))",
                [VisibleScopes.jsonList(tenants), VisibleScopes.jsonList(workspaces)]
            )
        }
    }

    /// The condition that a workspace row is visible: to the members of the workspace and of any of its tenants.
    func workspaceCondition(on table: String) -> (sql: String, arguments: StatementArguments)? {
        switch self {
        case .everything: return nil
        case .some(let workspaces, let tenants):
            return (
                """
                (hex(\(table).id) IN (SELECT value FROM json_each(?)) OR \(table).number IN
                (SELECT workspace FROM tenant WHERE hex(id) IN (SELECT value FROM json_each(?))))
                """,
                [VisibleScopes.jsonList(workspaces), VisibleScopes.jsonList(tenants)]
            )
        }
    }

    private static func jsonList<Tag>(_ ids: Set<ID<Tag>>) -> String {
        "[" + ids.map { "\"" + Hex.encode($0.bytes).uppercased() + "\"" }.joined(separator: ",") + "]"
    }
}

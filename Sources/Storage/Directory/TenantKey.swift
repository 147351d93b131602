import Domain
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

/// The row numbers behind a scope.
struct ScopeKey {
    var workspace: Int64?
    var tenant: Int64?

    /// Throws NOT_FOUND when the scope does not exist.
    init(_ scope: AccessScope, _ database: Database) throws {
        switch scope {
        case .system: break
        case .workspace(let id):
            workspace = try Int64.fetchOne(database, sql: "SELECT number FROM workspace WHERE id = ?", arguments: [id])
            if workspace == nil { throw ProductError.notFound }
        case .tenant(let id):
            tenant = try TenantKey.require(id, database).number
        }
    }

    /// Throws SCOPE_LIMIT when as many rows of the table as are allowed lie directly on the scope.
    ///
    /// - Parameter what: the rows, as the refusal names them.
    func requireRoom(for what: String, in table: String, atMost limit: Int, _ database: Database) throws {
        let (place, condition, key): (String, String, Int64?) =
            if let tenant {
                ("this tenant", "tenant = ?", tenant)
            } else if let workspace {
                ("this workspace", "workspace = ?", workspace)
            } else {
                ("the system", "scope = \(BindingScope.system.sql)", nil)
            }
        try ScopeLimit.require(what, of: place, in: table, where: condition, key, atMost: limit, database)
    }
}

/// How much may lie in one workspace, one tenant or the system. What is there already stays; only more is refused, with
/// SCOPE_LIMIT.
enum ScopeLimit {
    /// Throws when as many rows as are allowed meet the condition; counts no further than that.
    ///
    /// - Parameters:
    ///   - what: the rows, as the refusal names them.
    ///   - condition: finds the rows by an index; holds one `?` if there is a `key`.
    static func require(
        _ what: String, of place: String, in table: String, where condition: String, _ key: Int64?, atMost limit: Int,
        _ database: Database
    ) throws {
        let count = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(condition) LIMIT \(limit))"),
            arguments: key.map { [$0] } ?? [])
        if count ?? 0 >= limit { throw reached(what, of: place, limit) }
    }

    static func reached(_ what: String, of place: String, _ limit: some BinaryInteger) -> ProductError {
        ProductError(
            .scopeLimit, "\(place) has \(limit) \(what), which is the limit; remove some first",
            metadata: ["limit": "\(limit)"])
    }
}

import Domain
import GRDB

extension AccessIndex {
    /// Reads every role binding and the workspace of every tenant.
    ///
    /// A row that cannot be read gives no rights, and takes nobody else's: `damaged` hears of it.
    init(reading database: Database, damaged: (DamagedRow) -> Void) throws {
        var tenants: [TenantID: WorkspaceID] = [:]
        let tenantRows = try Row.fetchCursor(
            database, sql: "SELECT t.id, w.id AS workspace FROM tenant t JOIN workspace w ON w.number = t.workspace")
        while let row = try tenantRows.next()?.of("tenant") {
            do throws(DamagedRow) { tenants[try row.value("id")] = try row.value("workspace") as WorkspaceID } catch {
                damaged(error)
            }
        }
        var bindings: [RoleBinding] = []
        let rows = try Row.fetchCursor(database, sql: RoleBindingRecord.select)
        while let row = try rows.next()?.of("role_binding") {
            do throws(DamagedRow) {
                if let record = try RoleBindingRecord(row: row) { bindings.append(record.binding) }
            } catch {
                damaged(error)
            }
        }
        self.init(bindings: bindings, tenants: tenants)
    }
}

extension RoleBindingRecord {
    static let select = """
        SELECT b.*, w.id AS workspace_id, t.id AS tenant_id FROM role_binding b
        LEFT JOIN workspace w ON w.number = b.workspace LEFT JOIN tenant t ON t.number = b.tenant
        """

    static func find(_ binding: RoleBinding, _ database: Database) throws -> RoleBindingRecord? {
        let key = try ScopeKey(binding.scope, database)
        guard let number = try key.bindingNumber(binding, database) else { return nil }
        return try Row.fetchOne(database, sql: "\(select) WHERE b.number = ?", arguments: [number])
            .flatMap { try RoleBindingRecord(row: $0.of("role_binding")) }
    }

    /// Nil for a binding that this version does not understand: it grants nothing.
    init?(row: StoredRow) throws(DamagedRow) {
        guard let principal = Principal(text: try row.value("principal") as String),
            let role = Role(rawValue: try row.value("role")),
            let kind = BindingScope(rawValue: try row.value("scope"))
        else { return nil }
        let scope: AccessScope
        switch kind {
        case .system: scope = .system
        case .workspace:
            guard let id: WorkspaceID = try row.value("workspace_id") else { return nil }
            scope = .workspace(id)
        case .tenant:
            guard let id: TenantID = try row.value("tenant_id") else { return nil }
            scope = .tenant(id)
        }
        self.init(
            binding: RoleBinding(principal: principal, role: role, scope: scope),
            createdAt: try row.value("created_at"),
            createdBy: Actor(
                uid: try row.value("created_by_uid"), onBehalfOf: try row.value("created_on_behalf_of")))
    }
}

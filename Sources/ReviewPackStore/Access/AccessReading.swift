import GRDB
import ReviewPackModel

extension AccessIndex {
    /// Reads every role binding and the workspace of every tenant.
    init(reading database: Database) throws {
        var tenants: [TenantID: WorkspaceID] = [:]
        let tenantRows = try Row.fetchCursor(
            database, sql: "SELECT t.id, w.id AS workspace FROM tenant t JOIN workspace w ON w.number = t.workspace")
        while let row = try tenantRows.next() { tenants[row["id"]] = row["workspace"] }
        var bindings: [RoleBinding] = []
        let rows = try Row.fetchCursor(database, sql: RoleBindingRecord.select)
        while let row = try rows.next() {
            if let record = RoleBindingRecord(row: row) { bindings.append(record.binding) }
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
            .flatMap { RoleBindingRecord(row: $0) }
    }

    /// Nil for a binding that this version does not understand: it grants nothing.
    init?(row: Row) {
        guard let principal = Principal(text: row["principal"] as String), let role = Role(rawValue: row["role"]),
            let kind = BindingScope(rawValue: row["scope"])
        else { return nil }
        let scope: AccessScope
        switch kind {
        case .system: scope = .system
        case .workspace:
            guard let id: WorkspaceID = row["workspace_id"] else { return nil }
            scope = .workspace(id)
        case .tenant:
            guard let id: TenantID = row["tenant_id"] else { return nil }
            scope = .tenant(id)
        }
        self.init(
            binding: RoleBinding(principal: principal, role: role, scope: scope), createdAt: row["created_at"],
            createdBy: Actor(uid: row["created_by_uid"], onBehalfOf: row["created_on_behalf_of"]))
    }
}

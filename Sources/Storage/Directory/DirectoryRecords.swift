package import Domain
import GRDB

package struct WorkspaceRecord: Sendable, Equatable {
    package var id: WorkspaceID
    package var name: String
    package var createdAt: UnixMillis
}

package struct TenantRecord: Sendable, Equatable {
    package var id: TenantID
    package var externalID: TenantExternalID
    package var name: String
    package var workspaceID: WorkspaceID
    package var workspaceName: String
    package var createdAt: UnixMillis
    package var updatedAt: UnixMillis
}

extension WorkspaceRecord {
    init(row: StoredRow) throws {
        self.init(id: try row.value("id"), name: try row.value("name"), createdAt: try row.value("created_at"))
    }

    var listedBytes: Int { 128 + name.utf8.count }

    static func find(name: String, _ database: Database) throws -> WorkspaceRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM workspace WHERE name = ?"), arguments: [name])
            .map { try WorkspaceRecord(row: $0.of("workspace")) }
    }

    static func find(_ id: WorkspaceID, _ database: Database) throws -> WorkspaceRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM workspace WHERE id = ?"), arguments: [id])
            .map { try WorkspaceRecord(row: $0.of("workspace")) }
    }
}

extension TenantRecord {
    static let select = """
        SELECT t.*, w.id AS workspace_id, w.name AS workspace_name
        FROM tenant t JOIN workspace w ON w.number = t.workspace
        """

    init(row: StoredRow) throws {
        self.init(
            id: try row.value("id"), externalID: try row.value("external_id"),
            name: try row.value("name"), workspaceID: try row.value("workspace_id"),
            workspaceName: try row.value("workspace_name"), createdAt: try row.value("created_at"),
            updatedAt: try row.value("updated_at"))
    }

    var listedBytes: Int { 192 + name.utf8.count + workspaceName.utf8.count }

    static func find(_ id: TenantID, _ database: Database) throws -> TenantRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) WHERE t.id = ?"), arguments: [id])
            .map { try TenantRecord(row: $0.of("tenant")) }
    }

    static func find(_ id: TenantExternalID, _ database: Database) throws -> TenantRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) WHERE t.external_id = ?"), arguments: [id])
            .map { try TenantRecord(row: $0.of("tenant")) }
    }
}

package import Domain
import GRDB

extension Store {
    /// Makes a workspace; ALREADY_EXISTS when the name is taken.
    package func createWorkspace(name: String, stamp: ActionStamp) async throws -> WorkspaceRecord {
        if let complaint = DisplayName.complaint(about: name) { throw ProductError.invalid("name", complaint) }
        return try await write { transaction in
            if let earlier = try transaction.earlierEffect(of: stamp) {
                guard let id = WorkspaceID(earlier), let workspace = try WorkspaceRecord.find(id, transaction.database)
                else { throw ProductError.notFound }
                return workspace
            }
            let taken = try Bool.fetchOne(
                transaction.database, sql: "SELECT EXISTS (SELECT 1 FROM workspace WHERE name = ?)", arguments: [name])
            guard taken != true else {
                throw ProductError(
                    .alreadyExists, "a workspace with this name exists already",
                    metadata: ["field": "name"])
            }
            let workspace = WorkspaceRecord(id: transaction.newID(), name: name, createdAt: transaction.now)
            try transaction.execute(
                "INSERT INTO workspace (id, name, created_at) VALUES (?, ?, ?)",
                [workspace.id, name, workspace.createdAt])
            try transaction.audit(AuditEntry(.createWorkspace, workspaceID: workspace.id), stamp)
            try transaction.remember(workspace.id.description, of: stamp)
            return workspace
        }
    }

    package func workspace(_ id: WorkspaceID) async throws -> WorkspaceRecord? {
        try await read { try WorkspaceRecord.find(id, $0) }
    }

    package func workspace(named name: String) async throws -> WorkspaceRecord? {
        try await read { try WorkspaceRecord.find(name: name, $0) }
    }

    /// The workspaces of which the caller is a member, or of one of whose tenants, in the order of their names' bytes.
    package func listWorkspaces(
        visible: VisibleScopes, page: PageRequest<WorkspaceCursor>
    ) async throws -> PageResult<WorkspaceRecord, WorkspaceCursor> {
        var query = Conditions()
        if let condition = visible.workspaceCondition(on: "w") { query.add(condition.sql, condition.arguments) }
        query.add("w.name > ?", page.after?.name)
        let sql = "SELECT w.* FROM workspace w \(query.whereClause) ORDER BY w.name LIMIT \(page.limit + 1)"
        let arguments = query.arguments
        return try await read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            return try PageResult(
                limit: page.limit, reading: { try rows.next().map { try WorkspaceRecord(row: $0.of("workspace")) } },
                bytes: \.listedBytes, cursor: { WorkspaceCursor(name: $0.name, id: $0.id) })
        }
    }

    /// Deletes a workspace with all of its tenants, their data and the bytes of their packs; audit events stay, with
    /// ids alone.
    ///
    /// Generations that are queued or running end as they do for `deleteTenant`; their packs are returned, to be
    /// stopped. Then `forgetDeleted` is due.
    @discardableResult
    package func deleteWorkspace(_ id: WorkspaceID, stamp: ActionStamp) async throws -> DeletionOutcome {
        let deletion = try await writeUsingReserve { [configuration] transaction in
            guard
                let number = try Int64.fetchOne(
                    transaction.database, sql: "SELECT number FROM workspace WHERE id = ?", arguments: [id])
            else { throw ProductError.notFound }
            let tenants = try TenantID.fetchAll(
                transaction.database, sql: "SELECT id FROM tenant WHERE workspace = ? ORDER BY number",
                arguments: [number])
            var deletion = TenantDeletion()
            for tenant in tenants {
                try transaction.deleteTenant(
                    try TenantKey.require(tenant, transaction.database), stamp, into: &deletion)
            }
            try transaction.execute("DELETE FROM workspace WHERE number = ?", [number])
            transaction.noteAccess(.workspaceDeleted(id))
            try transaction.audit(
                AuditEntry(.deleteWorkspace, workspaceID: id, details: ["tenants": "\(tenants.count)"]), stamp)
            try configuration.faults?(.deleteTenantBeforeCommit)
            return deletion
        }
        return try await finish(deletion, "the workspace is deleted")
    }
}

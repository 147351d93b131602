package import Domain
import Evidence
import Foundation
import GRDB
import SystemIO

extension Store {
    /// Makes a tenant; ALREADY_EXISTS when its external id is known anywhere in the system, NOT_FOUND without the
    /// workspace.
    package func createTenant(
        in workspace: WorkspaceID, externalID: TenantExternalID, name: String, stamp: ActionStamp
    ) async throws -> TenantRecord {
        if let complaint = DisplayName.complaint(about: name) { throw ProductError.invalid("name", complaint) }
        return try await write { transaction in
            let database = transaction.database
            if let earlier = try transaction.earlierEffect(of: stamp) {
                guard let id = TenantID(earlier), let tenant = try TenantRecord.find(id, database) else {
                    throw ProductError.notFound
                }
                return tenant
            }
            let number = try Int64.fetchOne(
                database, sql: "SELECT number FROM workspace WHERE id = ?", arguments: [workspace])
            guard let number else { throw ProductError.notFound }
            guard try TenantRecord.find(externalID, database) == nil else {
                throw ProductError(
                    .alreadyExists, "a tenant with this external id exists already",
                    metadata: ["field": "external_id"])
            }
            try ScopeLimit.require(
                "tenants", of: "this workspace", in: "tenant", where: "workspace = ?", number,
                atMost: transaction.limits.tenants, database)
            let id: TenantID = transaction.newID()
            try transaction.execute(
                """
                INSERT INTO tenant (id, workspace, external_id, name, folded_name, created_at, updated_at,
                    findings_revision)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    id, number, externalID, name, name.lowercased(), transaction.now, transaction.now,
                    Data(RevisionSum().bytes),
                ])
            let key = database.lastInsertedRowID
            guard key <= FindingKey.maximumTenant else {
                throw ProductError(.storageFull, "the service has reached its number of tenants for life")
            }
            try FingerprintKey.make().store(for: key, database)
            transaction.noteAccess(.tenantMade(id, workspace))
            try transaction.audit(AuditEntry(.createTenant, workspaceID: workspace, tenantID: id), stamp)
            try transaction.remember(id.description, of: stamp)
            guard let tenant = try TenantRecord.find(id, database) else { throw ProductError.internal }
            return tenant
        }
    }

    package func tenant(_ id: TenantID) async throws -> TenantRecord? {
        try await read { try TenantRecord.find(id, $0) }
    }

    package func tenant(externalID: TenantExternalID) async throws -> TenantRecord? {
        try await read { try TenantRecord.find(externalID, $0) }
    }

    /// Visible tenants, of the workspace with a name or of all, in the order of their names' bytes.
    package func listTenants(
        workspace: String?, visible: VisibleScopes, page: PageRequest<TenantCursor>
    ) async throws -> PageResult<TenantRecord, TenantCursor> {
        try await read { database in
            try TenantRecord.list(
                workspace: workspace, visible: visible, page, database, item: { $0 }, tenant: { $0 },
                bytes: \.listedBytes)
        }
    }

    /// The same with the overview of each tenant that `isViewable` says yes to, from one snapshot.
    package func listTenantOverviews(
        workspace: String?, visible: VisibleScopes, page: PageRequest<TenantCursor>,
        isViewable: @escaping @Sendable (TenantRecord) -> Bool
    ) async throws -> PageResult<(tenant: TenantRecord, overview: TenantOverview?), TenantCursor> {
        try await read { database in
            try TenantRecord.list(
                workspace: workspace, visible: visible, page, database,
                item: { ($0, isViewable($0) ? try TenantOverview.read($0, database) : nil) }, tenant: \.tenant,
                bytes: { $0.overview?.listedBytes ?? $0.tenant.listedBytes })
        }
    }

    package func renameTenant(_ id: TenantID, to name: String, stamp: ActionStamp) async throws -> TenantRecord {
        if let complaint = DisplayName.complaint(about: name) { throw ProductError.invalid("name", complaint) }
        return try await write { transaction in
            let key = try TenantKey.require(id, transaction.database)
            if ExactText(key.name) != ExactText(name) {
                try transaction.execute(
                    "UPDATE tenant SET name = ?, folded_name = ?, updated_at = ? WHERE number = ?",
                    [name, name.lowercased(), transaction.now, key.number])
                try transaction.audit(
                    AuditEntry(.renameTenant, workspaceID: key.workspaceID, tenantID: id), stamp)
            }
            guard let tenant = try TenantRecord.find(id, transaction.database) else { throw ProductError.internal }
            return tenant
        }
    }

    /// Deletes a tenant with its data and the bytes of its packs; audit events stay, with ids alone.
    ///
    /// A queued or running generation of it ends as cancelled in the same transaction; its pack is returned, so that
    /// whoever runs it stops it: what it still publishes has no row and is removed. Then `forgetDeleted` is due.
    /// Returns after the bytes of finished packs are gone, or with the error that says that they are not.
    @discardableResult
    package func deleteTenant(_ id: TenantID, stamp: ActionStamp) async throws -> DeletionOutcome {
        let deletion = try await writeUsingReserve { [configuration] transaction in
            var deletion = TenantDeletion()
            try transaction.deleteTenant(try TenantKey.require(id, transaction.database), stamp, into: &deletion)
            try configuration.faults?(.deleteTenantBeforeCommit)
            return deletion
        }
        return try await finish(deletion, "the tenant is deleted")
    }

    /// What is stored of a tenant, from one snapshot; nil when there is no such tenant.
    package func tenantOverview(_ id: TenantID) async throws -> TenantOverview? {
        try await read { database in
            try TenantRecord.find(id, database).flatMap { try TenantOverview.read($0, database) }
        }
    }

    /// What follows when the rows are gone: the bytes go. Whoever asked then stops what still reads the rows, and
    /// forgets them.
    func finish(_ deletion: TenantDeletion, _ done: String) async throws -> DeletionOutcome {
        try configuration.faults?(.deleteTenantAfterCommit)
        try configuration.faults?(.deleteTenantBeforeUnlink)
        var outcome = DeletionOutcome(cancelled: deletion.cancelled)
        do {
            try files.remove(deletion.files)
        } catch {
            outcome.failure = (error as? SystemError).map { notRemoved($0, done) } ?? StoreFailure.report(error, logger)
        }
        try configuration.faults?(.deleteTenantAfterUnlink)
        return outcome
    }
}

/// What is left when a tenant or workspace is deleted: its rows are gone, whatever is said here.
package struct DeletionOutcome: Sendable, Equatable {
    /// Packs whose generation was under way, to be stopped.
    package var cancelled: [PackID]
    /// FILE_NOT_REMOVED when bytes of its packs are still there; the next prune or start removes them.
    package var failure: ProductError?
}

/// What is left to do when the rows of tenants are gone.
struct TenantDeletion: Sendable {
    /// Entries of the exports directory that no row names any more.
    var files: [String] = []
    /// Packs whose generation is still to be stopped.
    var cancelled: [PackID] = []
}

extension WriteTransaction {
    /// Deletes every row of a tenant; a generation that is queued or running ends first, so that the audit log tells of
    /// it.
    func deleteTenant(_ key: TenantKey, _ stamp: ActionStamp, into deletion: inout TenantDeletion) throws {
        if let active = try PackRecord.active(of: key.number, database) {
            try cancel(active, stamp)
            deletion.cancelled.append(active.id)
        }
        // By the packs' own names, as for expiry. Of a row whose id is damaged the next start finds the file without a
        // row.
        deletion.files += try Row.fetchAll(
            database, sql: "SELECT id FROM review_pack WHERE tenant = ? AND file_path IS NOT NULL",
            arguments: [key.number]
        ).compactMap { (try? $0.of("review_pack").value("id") as PackID).map(PackFileStore.finalName) }
        let range = FindingKey.range(ofTenant: key.number)
        // First, so that no finding has to be counted off.
        try execute("DELETE FROM finding_count WHERE tenant = ?", [key.number])
        try execute("DELETE FROM finding WHERE id BETWEEN ? AND ?", [range.lowerBound, range.upperBound])
        try execute("DELETE FROM finding_detail WHERE id BETWEEN ? AND ?", [range.lowerBound, range.upperBound])
        for table in ["check_text", "finding_check", "review_pack"] {
            try execute("DELETE FROM \(table) WHERE tenant = ?", [key.number])
        }
        try execute("DELETE FROM tenant WHERE number = ?", [key.number])
        noteAccess(.tenantDeleted(key.id))
        try audit(AuditEntry(.deleteTenant, workspaceID: key.workspaceID, tenantID: key.id), stamp)
    }
}

extension TenantRecord {
    /// A page of the visible tenants, each made into an item.
    fileprivate static func list<Item: Sendable>(
        workspace: String?, visible: VisibleScopes, _ page: PageRequest<TenantCursor>, _ database: Database,
        item: (TenantRecord) throws -> Item, tenant: (Item) -> TenantRecord, bytes: (Item) -> Int
    ) throws -> PageResult<Item, TenantCursor> {
        var query = Conditions()
        try query.add("t.number", isVisibleTo: visible, database)
        // `+` keeps SQLite from beginning with the workspace: what is hidden of it would take its time.
        query.add(visible == .everything ? "w.name = ?" : "+w.name = ?", workspace)
        if let after = page.after { query.add("(t.name, t.id) > (?, ?)", [after.name, after.id]) }
        let sql = "\(select) \(query.whereClause) ORDER BY t.name, t.id LIMIT \(page.limit + 1)"
        let rows = try Row.fetchCursor(database, sql: sql, arguments: query.arguments)
        return try PageResult(
            limit: page.limit, reading: { try rows.next().map { try item(TenantRecord(row: $0.of("tenant"))) } },
            bytes: bytes, cursor: { TenantCursor(name: tenant($0).name, id: tenant($0).id) })
    }
}

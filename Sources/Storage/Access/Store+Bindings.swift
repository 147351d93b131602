package import Domain
import GRDB

extension Store {
    /// Attaches a role; false when the binding existed already, and then nothing is written.
    ///
    /// Throws NOT_FOUND without the scope, INVALID_FIELD for a role that cannot be bound there.
    package func grant(_ binding: RoleBinding, stamp: ActionStamp) async throws -> Bool {
        guard binding.role.canBeBound(to: binding.scope.kind) else {
            throw ProductError.invalid(
                "role", "\(binding.role.word) cannot be bound to a \(binding.scope.kind.word)")
        }
        if let complaint = binding.principal.complaintIfNew { throw ProductError.invalid("principal", complaint) }
        return try await write { transaction in
            let scope = try ScopeKey(binding.scope, transaction.database)
            guard try scope.bindingNumber(binding, transaction.database) == nil else { return false }
            try scope.requireRoom(
                for: "role bindings", in: "role_binding", atMost: transaction.limits.roleBindings, transaction.database)
            try transaction.execute(
                """
                INSERT INTO role_binding (principal, role, scope, workspace, tenant, created_at, created_by_uid,
                    created_on_behalf_of)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    binding.principal, binding.role, binding.scope.kind, scope.workspace, scope.tenant, transaction.now,
                    stamp.actor.uid, stamp.actor.onBehalfOf,
                ])
            transaction.noteAccess(.granted(binding))
            try transaction.audit(binding.entry(.grantRole), stamp)
            return true
        }
    }

    /// The binding as it is stored; nil when there is none.
    package func storedBinding(_ binding: RoleBinding) async throws -> RoleBindingRecord? {
        try await read { try RoleBindingRecord.find(binding, $0) }
    }

    /// Takes a role away and returns what was stored of it; NOT_FOUND when there is no such binding.
    @discardableResult
    package func revoke(_ binding: RoleBinding, stamp: ActionStamp) async throws -> RoleBindingRecord {
        try await write { transaction in
            let scope = try ScopeKey(binding.scope, transaction.database)
            guard let number = try scope.bindingNumber(binding, transaction.database),
                let record = try RoleBindingRecord.find(binding, transaction.database)
            else { throw ProductError.notFound }
            try transaction.execute("DELETE FROM role_binding WHERE number = ?", [number])
            transaction.noteAccess(.revoked(binding))
            try transaction.audit(binding.entry(.revokeRole), stamp)
            return record
        }
    }

    /// The bindings made directly on a scope, in the order of their making.
    package func listBindings(
        of scope: AccessScope, page: PageRequest<NumberCursor>
    ) async throws -> PageResult<RoleBindingRecord, NumberCursor> {
        try await read { database in
            let key = try ScopeKey(scope, database)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    \(RoleBindingRecord.select) WHERE b.scope = ? AND b.workspace IS ? AND b.tenant IS ?
                    AND b.number > ?
                    ORDER BY b.number LIMIT ?
                    """,
                arguments: [scope.kind, key.workspace, key.tenant, page.after?.number ?? 0, page.limit + 1])
            return try PageResult(
                reading: rows, of: "role_binding", limit: page.limit, item: { try RoleBindingRecord(row: $0) },
                bytes: \.listedBytes)
        }
    }
}

extension RoleBinding {
    func entry(_ action: AuditAction) -> AuditEntry {
        var entry = AuditEntry(action, details: ["principal": principal.text, "role": role.word])
        switch scope {
        case .system: break
        case .workspace(let id): entry.workspaceID = id
        case .tenant(let id): entry.tenantID = id
        }
        return entry
    }
}

extension ScopeKey {
    func bindingNumber(_ binding: RoleBinding, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT number FROM role_binding
                WHERE principal = ? AND role = ? AND scope = ? AND workspace IS ? AND tenant IS ?
                """,
            arguments: [binding.principal, binding.role, binding.scope.kind, workspace, tenant])
    }
}

package import Domain
import GRDB

extension Store {
    /// The notifications of any of the recipients that are in sight, newest first.
    package func listNotifications(
        for recipients: [Principal], inSight sight: NotificationSight = .everything, unreadOnly: Bool,
        page: PageRequest<NumberCursor>
    ) async throws -> PageResult<NotificationRecord, NumberCursor> {
        var query = Conditions()
        query.addReceivers(recipients)
        if unreadOnly { query.add("n.read_at IS NULL") }
        query.add(sight)
        query.add("n.number < ?", page.after?.number)
        let sql = "\(NotificationRecord.select) \(query.whereClause) ORDER BY n.number DESC LIMIT \(page.limit + 1)"
        let arguments = query.arguments
        return try await read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            return try PageResult(
                reading: rows, of: "notification", limit: page.limit, item: { try NotificationRecord(row: $0) },
                bytes: \.listedBytes)
        }
    }

    /// Marks those of `ids` (nil: all) that belong to `recipients` and are in sight; returns how many were unread
    /// before. One that is hidden counts as little as one that does not exist.
    package func markRead(
        _ ids: [NotificationID]?, for recipients: [Principal], inSight sight: NotificationSight = .everything,
        stamp: ActionStamp
    ) async throws -> Int {
        try await write { transaction in
            var query = Conditions()
            query.addReceivers(recipients)
            query.add("n.read_at IS NULL")
            if let ids { query.add("n.id", in: ids) }
            query.add(sight)
            try transaction.database.execute(
                sql: """
                    UPDATE notification SET read_at = \(transaction.now.rawValue)
                    WHERE number IN (SELECT n.number \(NotificationRecord.source) \(query.whereClause))
                    """, arguments: query.arguments)
            let count = transaction.database.changesCount
            if count > 0 { try transaction.audit(AuditEntry(.readNotifications, count: Int64(count)), stamp) }
            return count
        }
    }

    package func unreadCount(
        for recipients: [Principal], inSight sight: NotificationSight = .everything
    ) async throws -> Int {
        var query = Conditions()
        query.addReceivers(recipients)
        query.add("n.read_at IS NULL")
        query.add(sight)
        let sql = "SELECT count(*) \(NotificationRecord.source) \(query.whereClause)"
        let arguments = query.arguments
        return try await read { try Int.fetchOne($0, sql: sql, arguments: arguments) ?? 0 }
    }

    /// Makes a rule. The same event, scope and receiver twice give the one rule that exists.
    ///
    /// Throws INVALID_FIELD for the legacy event and for the system scope.
    package func createAlertRule(
        _ event: AlertEvent, scope: AccessScope, receiver: Principal, stamp: ActionStamp
    ) async throws -> AlertRuleRecord {
        guard AlertEvent.offered.contains(event) else {
            throw ProductError.invalid("event", "\(event.rawValue) cannot be chosen for a new rule")
        }
        guard scope != .system else { throw ProductError.invalid("scope", "must be a workspace or a tenant") }
        if let complaint = receiver.complaintIfNew { throw ProductError.invalid("receiver", complaint) }
        return try await write { transaction in
            let key = try ScopeKey(scope, transaction.database)
            let existing = try Row.fetchOne(
                transaction.database,
                sql: """
                    \(AlertRuleRecord.select) WHERE a.event = ? AND a.receiver = ? AND a.workspace IS ?
                    AND a.tenant IS ?
                    """, arguments: [event, receiver, key.workspace, key.tenant])
            if let existing, let rule = try AlertRuleRecord(row: existing.of("alert_rule")) { return rule }
            try key.requireRoom(
                for: "alert rules", in: "alert_rule", atMost: transaction.limits.alertRules, transaction.database)
            let rule = AlertRuleRecord(
                id: transaction.newID(), scope: scope, event: event, receiver: receiver, createdAt: transaction.now,
                createdBy: stamp.actor)
            try transaction.execute(
                """
                INSERT INTO alert_rule (id, scope, workspace, tenant, event, receiver, created_at, created_by_uid,
                    created_on_behalf_of)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    rule.id, scope.kind, key.workspace, key.tenant, event, receiver, rule.createdAt, stamp.actor.uid,
                    stamp.actor.onBehalfOf,
                ])
            try transaction.audit(rule.entry(.createAlertRule), stamp)
            return rule
        }
    }

    package func alertRule(_ id: AlertRuleID) async throws -> AlertRuleRecord? {
        try await read { try AlertRuleRecord.find(id, $0) }
    }

    /// The rules made directly on a scope, in the order of their making.
    package func listAlertRules(
        of scope: AccessScope, page: PageRequest<NumberCursor>
    ) async throws -> PageResult<AlertRuleRecord, NumberCursor> {
        try await read { database in
            let key = try ScopeKey(scope, database)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    \(AlertRuleRecord.select) WHERE a.workspace IS ? AND a.tenant IS ?
                    AND a.number > ? ORDER BY a.number LIMIT ?
                    """, arguments: [key.workspace, key.tenant, page.after?.number ?? 0, page.limit + 1])
            return try PageResult(
                reading: rows, of: "alert_rule", limit: page.limit, item: { try AlertRuleRecord(row: $0) },
                bytes: \.listedBytes)
        }
    }

    /// NOT_FOUND when there is no such rule.
    package func deleteAlertRule(_ id: AlertRuleID, stamp: ActionStamp) async throws {
        try await write { transaction in
            guard let rule = try AlertRuleRecord.find(id, transaction.database) else { throw ProductError.notFound }
            try transaction.execute("DELETE FROM alert_rule WHERE id = ?", [id])
            try transaction.audit(rule.entry(.deleteAlertRule), stamp)
        }
    }

    package func alertRule(_ id: AlertRuleID, inSight sight: @escaping Sight) async throws -> AlertRuleRecord? {
        try await read { database in
            guard try Place.alertRule.isIn(sight, id, database) else { return nil }
            return try AlertRuleRecord.find(id, database)
        }
    }
}

extension Conditions {
    fileprivate mutating func add(_ sight: NotificationSight) {
        if let condition = sight.condition() { add(condition.sql, condition.arguments) }
    }

    /// That the notification is for one of the receivers.
    fileprivate mutating func addReceivers(_ receivers: [Principal]) {
        add("n.receiver", in: receivers.map(\.receiverNumber))
        add("n.recipient", in: receivers)
    }
}

extension NotificationRecord {
    static let source = """
        FROM notification n LEFT JOIN tenant t ON t.number = n.tenant LEFT JOIN workspace w ON w.number = t.workspace
        """
    static let select = "SELECT n.*, t.id AS tenant_id, w.id AS workspace_id \(source)"

    /// Nil for a kind or recipient that this version does not know.
    init?(row: StoredRow) throws {
        guard let recipient = Principal(text: try row.value("recipient") as String),
            let kind = AlertEvent(rawValue: try row.value("kind"))
        else { return nil }
        self.init(
            id: try row.value("id"), recipient: recipient, kind: kind, title: try row.value("title"),
            body: try row.value("body"), workspaceID: try row.value("workspace_id"),
            tenantID: try row.value("tenant_id"), packID: try row.value("pack"), action: try row.value("action"),
            createdAt: try row.value("created_at"), readAt: try row.value("read_at"))
    }
}

extension AlertRuleRecord {
    static let select = """
        SELECT a.*, w.id AS workspace_id, t.id AS tenant_id FROM alert_rule a
        LEFT JOIN workspace w ON w.number = a.workspace LEFT JOIN tenant t ON t.number = a.tenant
        """

    init?(row: StoredRow) throws {
        guard let event = AlertEvent(rawValue: try row.value("event")),
            let receiver = Principal(text: try row.value("receiver") as String)
        else { return nil }
        let scope: AccessScope
        if let tenant: TenantID = try row.value("tenant_id") {
            scope = .tenant(tenant)
        } else if let workspace: WorkspaceID = try row.value("workspace_id") {
            scope = .workspace(workspace)
        } else {
            return nil
        }
        self.init(
            id: try row.value("id"), scope: scope, event: event, receiver: receiver,
            createdAt: try row.value("created_at"),
            createdBy: Actor(
                uid: try row.value("created_by_uid"), onBehalfOf: try row.value("created_on_behalf_of")))
    }

    static func find(_ id: AlertRuleID, _ database: Database) throws -> AlertRuleRecord? {
        try Row.fetchOne(database, sql: "\(select) WHERE a.id = ?", arguments: [id])
            .flatMap { try AlertRuleRecord(row: $0.of("alert_rule")) }
    }

    /// The rules on the alert's tenant and workspace. A damaged one notifies nobody: it must not keep the event from
    /// being stored.
    static func concerning(_ alert: Alert, _ database: Database) throws -> [AlertRuleRecord] {
        try Row.fetchAll(
            database.cachedStatement(sql: "\(select) WHERE t.id = ? OR w.id = ? ORDER BY a.number"),
            arguments: [alert.tenantID, alert.workspaceID]
        ).compactMap { row in (try? AlertRuleRecord(row: row.of("alert_rule"))) ?? nil }
    }

    func entry(_ action: AuditAction) -> AuditEntry {
        var entry = AuditEntry(
            action, details: ["event": event.rawValue, "receiver": receiver.text, "rule": id.description])
        switch scope {
        case .system: break
        case .workspace(let id): entry.workspaceID = id
        case .tenant(let id): entry.tenantID = id
        }
        return entry
    }
}

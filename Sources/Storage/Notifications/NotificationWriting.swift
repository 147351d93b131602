import Domain
import GRDB
import Logging

extension WriteTransaction {
    /// Writes one notification for the initiator and for every receiver whose rule concerns the event, as far as they
    /// may see it now.
    func notify(_ alert: Alert, initiator: Actor?) throws {
        var recipients = alert.receivers(of: try AlertRuleRecord.concerning(alert, database))
        if let principal = initiator?.principal { recipients.insert(principal) }
        recipients = try recipients.filter { try mayBeTold($0, of: alert) }
        let tenant = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT number FROM tenant WHERE id = ?"), arguments: [alert.tenantID])
        for recipient in recipients.sorted(by: { ExactText($0.text) < ExactText($1.text) }) {
            try execute(
                """
                INSERT INTO notification (id, recipient, receiver, kind, title, body, tenant, pack, action, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    newID() as NotificationID, recipient, recipient.receiverNumber, alert.event, alert.title,
                    alert.body,
                    tenant, alert.packID, alert.action, now,
                ])
            try noteIfCrowded(recipient)
        }
    }
}

extension Actor {
    /// Whom to notify: the subject when a delegate spoke for one, else the user; nobody for the system.
    var principal: Principal? {
        if let onBehalfOf { return .subject(onBehalfOf) }
        return uid.map { .user(uid: $0) }
    }
}

extension NotificationSight {
    /// The kinds of scans as a list in SQL.
    private static let scanKinds = AlertEvent.allCases.filter(\.isOfScans).map { "'\($0.rawValue)'" }
        .joined(separator: ", ")

    /// That a notification `n` of a tenant `t` in a workspace `w` is in sight; nil when everything is.
    ///
    /// It looks at the reader's own notifications one by one, so its cost does not grow with the tenants.
    func condition() -> (sql: String, arguments: StatementArguments)? {
        if self == .everything { return nil }
        let (scans, packs) = (scans.placeCondition, packs.placeCondition)
        return (
            "CASE WHEN n.kind IN (\(Self.scanKinds)) THEN \(scans.sql) ELSE \(packs.sql) END",
            scans.arguments + packs.arguments
        )
    }
}

extension WriteTransaction {
    /// Whether a receiver may be told of an alert, as far as the database knows: see `NotificationSight`.
    ///
    /// Not by the access index: a revocation that shares this transaction is not in it yet.
    func mayBeTold(_ recipient: Principal, of alert: Alert) throws -> Bool {
        guard case .subject = recipient else { return true }
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT b.role, b.scope FROM role_binding b LEFT JOIN workspace w ON w.number = b.workspace
                    LEFT JOIN tenant t ON t.number = b.tenant WHERE b.principal = ? AND (w.id = ? OR t.id = ?)
                    """), arguments: [recipient, alert.workspaceID, alert.tenantID])
        return rows.contains { row in
            let row = row.of("role_binding")
            // A damaged row gives no right.
            guard let role = Role(rawValue: (try? row.value("role")) ?? 0),
                let scope = BindingScope(rawValue: (try? row.value("scope")) ?? 0)
            else { return false }
            return alert.event.isOfScans
                ? role.givesMembership : role.capabilities(boundTo: scope).contains(.viewReviewPacks)
        }
    }
}

extension Store {
    func trimNotifications(of receiver: Principal) {
        Task {
            do {
                try await write { try $0.trimNotifications(of: receiver) }
            } catch {
                logger.warning("old notifications were not removed", metadata: ["error": "\(error)"])
            }
            crowds.done(receiver)
        }
    }
}

extension WriteTransaction {
    /// Notes the receiver when it has too many notifications; counts no further than that.
    func noteIfCrowded(_ receiver: Principal) throws {
        let limit = CrowdedReceivers.kept + CrowdedReceivers.slack
        let count = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM notification WHERE receiver = ? LIMIT \(limit + 1))"),
            arguments: [receiver.receiverNumber])
        if count ?? 0 > limit { noteCrowded(receiver) }
    }

    /// At most a batch: of a receiver that has very many they go with the notifications that follow.
    fileprivate func trimNotifications(of receiver: Principal) throws {
        try execute(
            """
            DELETE FROM notification WHERE number IN (SELECT number FROM notification WHERE receiver = ?
                AND recipient = ? ORDER BY number DESC LIMIT 500 OFFSET \(CrowdedReceivers.kept))
            """, [receiver.receiverNumber, receiver])
    }
}

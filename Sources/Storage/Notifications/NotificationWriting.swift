import Domain
import GRDB

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

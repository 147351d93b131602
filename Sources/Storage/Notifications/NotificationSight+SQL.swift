import Domain
import GRDB

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

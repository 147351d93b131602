/// An alert that becomes due by the passing of time, and what it is raised once for.
public struct TimedAlert: Sendable, Equatable {
    public var alert: Alert
    /// The same for every evaluation of the same pack or scan.
    public var key: String

    public init(alert: Alert, key: String) {
        self.alert = alert
        self.key = key
    }
}

/// When something that is done again and again counts as overdue.
public enum Staleness {
    /// Whether the last success is more than `limitHours` ago. Without any success, what has existed for longer than
    /// that is overdue; a success after `horizon`, the latest time that can be true, is none.
    public static func isStale(
        lastSuccessAt: UnixMillis?, existingSince: UnixMillis, now: UnixMillis, horizon: UnixMillis, limitHours: Int
    ) -> Bool {
        let success = lastSuccessAt.flatMap { $0 <= horizon ? $0 : nil }
        return (success ?? existingSince) < now.advanced(byHours: -limitHours)
    }
}

/// Decides which alerts are due: values in, alerts out.
public enum TimedAlerts {
    /// What an alert says of its tenant.
    public struct AlertedTenant: Equatable, Sendable {
        public var id: TenantID
        public var externalID: TenantExternalID
        public var name: String
        public var workspaceID: WorkspaceID

        public init(id: TenantID, externalID: TenantExternalID, name: String, workspaceID: WorkspaceID) {
            self.id = id
            self.externalID = externalID
            self.name = name
            self.workspaceID = workspaceID
        }
    }

    /// A notice for a pack that is ready and expires within `noticeDays`, once a pack; 0 days give none.
    public static func expiring(
        _ pack: PackID, of tenant: AlertedTenant, status: PackStatus, expiresAt: UnixMillis?, now: UnixMillis,
        noticeDays: Int
    ) -> TimedAlert? {
        guard noticeDays > 0, status.effective(expiresAt: expiresAt, now: now) == .ready, let expiresAt,
            expiresAt <= now.advanced(byDays: noticeDays)
        else { return nil }
        return TimedAlert(
            alert: Alert(
                event: .packExpiring, workspaceID: tenant.workspaceID, tenantID: tenant.id, packID: pack,
                title: "Review pack expires soon: \(tenant.name)",
                body: """
                    The review pack of \(tenant.name) expires at \(expiresAt), and its file is then deleted. \
                    Download it before, or generate a new one.
                    """, action: ClientCommandLine.show(pack: pack)),
            key: "\(AlertEvent.packExpiring.rawValue):\(pack)")
    }

    /// An alert for a scan whose last success is more than `staleAfterHours` ago, once for that success.
    ///
    /// A scan that never succeeded raises none: not every tenant is scanned, and a scan that fails has an alert of its
    /// own.
    public static func stale(
        _ scan: String, of tenant: AlertedTenant, createdAt: UnixMillis, lastSuccessAt: UnixMillis?, now: UnixMillis,
        horizon: UnixMillis, staleAfterHours: Int
    ) -> TimedAlert? {
        guard let lastSuccessAt,
            Staleness.isStale(
                lastSuccessAt: lastSuccessAt, existingSince: createdAt, now: now, horizon: horizon,
                limitHours: staleAfterHours)
        else { return nil }
        return TimedAlert(
            alert: Alert(
                event: .scanStale, workspaceID: tenant.workspaceID, tenantID: tenant.id,
                title: "Scan overdue: \(tenant.name)",
                body: """
                    The scan \(scan) of \(tenant.name) last succeeded at \(lastSuccessAt). Look at its timer and \
                    at its last runs.
                    """, action: ClientCommandLine.schedules(ofTenant: tenant.externalID)),
            key: "\(AlertEvent.scanStale.rawValue):\(tenant.id):\(scan):\(lastSuccessAt.rawValue)")
    }
}

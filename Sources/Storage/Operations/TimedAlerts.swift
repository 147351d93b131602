import Domain

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

/// Decides which alerts are due: values in, alerts out.
public enum TimedAlerts {
    /// A notice for each ready pack that expires within `noticeDays`, once a pack; 0 days give none.
    public static func expiring(_ packs: [PackRecord], now: UnixMillis, noticeDays: Int) -> [TimedAlert] {
        guard noticeDays > 0 else { return [] }
        let limit = now.advanced(byDays: noticeDays)
        return packs.compactMap { pack in
            guard pack.status(at: now) == .ready, let expiresAt = pack.expiresAt, expiresAt <= limit else { return nil }
            return TimedAlert(
                alert: Alert(
                    event: .packExpiring, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id,
                    title: "Review pack expires soon: \(pack.tenantName)",
                    body: """
                        The review pack of \(pack.tenantName) expires at \(expiresAt), and its file is then deleted. \
                        Download it before, or generate a new one.
                        """, action: "reviewpackctl show \(pack.id)"),
                key: "\(AlertEvent.packExpiring.rawValue):\(pack.id)")
        }
    }

    /// An alert for each scan whose last success is more than `staleAfterHours` ago, once for that success.
    ///
    /// A scan that never succeeded raises none: not every tenant is scanned, and a scan that fails has an alert of its own.
    public static func stale(_ tenants: [TenantScans], now: UnixMillis, staleAfterHours: Int) -> [TimedAlert] {
        tenants.flatMap { entry in
            ReportType.allCases.compactMap { type in
                guard let lastSuccessAt = entry.scans[type]?.lastSuccessAt,
                    Staleness.isStale(
                        lastSuccessAt: lastSuccessAt, existingSince: entry.tenant.createdAt, now: now,
                        limitHours: staleAfterHours)
                else { return nil }
                return stale(type, of: entry.tenant, lastSuccessAt)
            }
        }
    }

    private static func stale(
        _ type: ReportType, of tenant: TenantRecord, _ lastSuccessAt: UnixMillis
    ) -> TimedAlert {
        TimedAlert(
            alert: Alert(
                event: .scanStale, workspaceID: tenant.workspaceID, tenantID: tenant.id,
                title: "Scan overdue: \(tenant.name)",
                body: """
                    The scan \(type.word) of \(tenant.name) last succeeded at \(lastSuccessAt). Look at its timer and \
                    at its last runs.
                    """, action: "reviewpackctl schedule list \(tenant.externalID)"),
            key: "\(AlertEvent.scanStale.rawValue):\(tenant.id):\(type.word):\(lastSuccessAt.rawValue)")
    }
}

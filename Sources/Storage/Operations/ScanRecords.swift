package import Domain
import Evidence

/// How a scan ended that a collector ran outside of the daemon.
package struct ScanOutcome: Sendable, Equatable {
    package var type: ReportType
    /// When the collector was started.
    package var startedAt: UnixMillis
    /// Nil when it succeeded.
    package var failure: ScanFailure?
    /// The operation run of the import that stored what the collector printed.
    package var importRunID: OperationRunID?

    package init(
        type: ReportType, startedAt: UnixMillis, failure: ScanFailure? = nil, importRunID: OperationRunID? = nil
    ) {
        self.type = type
        self.startedAt = startedAt
        self.failure = failure
        self.importRunID = importRunID
    }
}

/// How the runs of one type last went.
package struct RunHistory: Sendable, Equatable {
    /// The start of the run that started last; nil when there was none.
    package var lastRunAt: UnixMillis?
    /// Nil while that run is under way, too.
    package var lastOutcome: OperationOutcome?
    package var reasonCode: String?
    /// The start of the run that succeeded last.
    package var lastSuccessAt: UnixMillis?

    package init(
        lastRunAt: UnixMillis? = nil, lastOutcome: OperationOutcome? = nil, reasonCode: String? = nil,
        lastSuccessAt: UnixMillis? = nil
    ) {
        self.lastRunAt = lastRunAt
        self.lastOutcome = lastOutcome
        self.reasonCode = reasonCode
        self.lastSuccessAt = lastSuccessAt
    }
}

/// A tenant with the history of each of its scans.
package struct TenantScans: Sendable, Equatable {
    package var tenant: TenantRecord
    package var scans: [ReportType: RunHistory]

    package init(tenant: TenantRecord, scans: [ReportType: RunHistory]) {
        self.tenant = tenant
        self.scans = scans
    }
}

extension TenantScans {
    /// A schedule for each scan, which names the tenant.
    var listedBytes: Int { (scans.count + 1) * (256 + tenant.listedBytes) }
}

extension Staleness {
    /// The same by the tolerance of stored times (`TimeGuard`).
    package static func isStale(
        lastSuccessAt: UnixMillis?, existingSince: UnixMillis, now: UnixMillis, limitHours: Int
    ) -> Bool {
        isStale(
            lastSuccessAt: lastSuccessAt, existingSince: existingSince, now: now, horizon: TimeGuard(now: now).horizon,
            limitHours: limitHours)
    }
}

extension TimedAlerts {
    /// What is overdue of the scans of the tenants.
    package static func stale(_ tenants: [TenantScans], now: UnixMillis, staleAfterHours: Int) -> [TimedAlert] {
        tenants.flatMap { entry in
            let tenant = AlertedTenant(
                id: entry.tenant.id, externalID: entry.tenant.externalID, name: entry.tenant.name,
                workspaceID: entry.tenant.workspaceID)
            return ReportType.allCases.compactMap { type in
                stale(
                    type.word, of: tenant, createdAt: entry.tenant.createdAt,
                    lastSuccessAt: entry.scans[type]?.lastSuccessAt, now: now, horizon: TimeGuard(now: now).horizon,
                    staleAfterHours: staleAfterHours)
            }
        }
    }
}

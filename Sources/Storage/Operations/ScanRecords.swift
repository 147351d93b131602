import Domain
import Evidence

/// How a scan ended that a collector ran outside of the daemon.
public struct ScanOutcome: Sendable, Equatable {
    public var type: ReportType
    /// When the collector was started.
    public var startedAt: UnixMillis
    /// Nil when it succeeded.
    public var failure: ScanFailure?
    /// The operation run of the import that stored what the collector printed.
    public var importRunID: OperationRunID?

    public init(
        type: ReportType, startedAt: UnixMillis, failure: ScanFailure? = nil, importRunID: OperationRunID? = nil
    ) {
        self.type = type
        self.startedAt = startedAt
        self.failure = failure
        self.importRunID = importRunID
    }
}

/// How the runs of one type last went.
public struct RunHistory: Sendable, Equatable {
    /// The start of the run that started last; nil when there was none.
    public var lastRunAt: UnixMillis?
    /// Nil while that run is under way, too.
    public var lastOutcome: OperationOutcome?
    public var reasonCode: String?
    /// The start of the run that succeeded last.
    public var lastSuccessAt: UnixMillis?

    public init(
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
public struct TenantScans: Sendable, Equatable {
    public var tenant: TenantRecord
    public var scans: [ReportType: RunHistory]

    public init(tenant: TenantRecord, scans: [ReportType: RunHistory]) {
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
    public static func isStale(
        lastSuccessAt: UnixMillis?, existingSince: UnixMillis, now: UnixMillis, limitHours: Int
    ) -> Bool {
        isStale(
            lastSuccessAt: lastSuccessAt, existingSince: existingSince, now: now, horizon: TimeGuard(now: now).horizon,
            limitHours: limitHours)
    }
}

extension TimedAlerts {
    /// What is overdue of the scans of the tenants.
    public static func stale(_ tenants: [TenantScans], now: UnixMillis, staleAfterHours: Int) -> [TimedAlert] {
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

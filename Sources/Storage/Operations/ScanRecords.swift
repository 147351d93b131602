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

/// When something that is done again and again counts as overdue.
public enum Staleness {
    /// Whether the last success is more than `limitHours` ago. Without any success, what has existed for longer than
    /// that is overdue; a success of the future is none.
    public static func isStale(
        lastSuccessAt: UnixMillis?, existingSince: UnixMillis, now: UnixMillis, limitHours: Int
    ) -> Bool {
        let success = lastSuccessAt.flatMap { $0 <= TimeGuard(now: now).horizon ? $0 : nil }
        return (success ?? existingSince) < now.advanced(byHours: -limitHours)
    }
}

/// What a prune is asked to do.
public struct PruneOptions: Sendable, Equatable {
    /// Whether expired packs older than the grace period lose their row.
    public var hardDelete: Bool
    /// Whether bytes and rows are deleted even when the clock is doubted (`ClockTrust`).
    public var force: Bool
    /// How long an expired pack keeps its row, counted from `updated_at`.
    public var graceDays: Int
    /// How long operation runs, read notifications, superseded reports, failed packs and resolved findings are kept.
    public var historyDays: Int

    public init(hardDelete: Bool = false, force: Bool = false, graceDays: Int, historyDays: Int) {
        self.hardDelete = hardDelete
        self.force = force
        self.graceDays = graceDays
        self.historyDays = historyDays
    }
}

/// What a prune will do: dry run prints it, execute consumes it.
public struct PrunePlan: Sendable, Equatable {
    /// How the run of a prune is marked that doubted its clock.
    public static let suspiciousClock = "suspicious"

    public struct Pack: Sendable, Equatable {
        public var id: PackID
        public var tenantID: TenantID
        public var tenantExternalID: TenantExternalID
        /// `expires_at` of a pack to expire, `updated_at` of a pack to delete.
        public var since: UnixMillis

        public init(id: PackID, tenantID: TenantID, tenantExternalID: TenantExternalID, since: UnixMillis) {
            self.id = id
            self.tenantID = tenantID
            self.tenantExternalID = tenantExternalID
            self.since = since
        }
    }

    /// How many rows that are no packs are past their history.
    public struct History: Sendable, Equatable {
        public var operationRuns: Int64 = 0
        public var notifications: Int64 = 0
        public var reports: Int64 = 0
        public var failedPacks: Int64 = 0
        public var findings: Int64 = 0

        public init() {}

        public var total: Int64 { operationRuns + notifications + reports + failedPacks + findings }
    }

    public var plannedAt: UnixMillis
    public var expire: [Pack]
    public var delete: [Pack]
    public var history: History
    /// Whether the clock is so far from the last prune that nothing may be deleted by it, neither bytes nor rows.
    public var clockIsSuspicious = false
    /// What was held back, why, and what to do; nil when nothing was.
    public var warning: String?

    public init(plannedAt: UnixMillis, expire: [Pack], delete: [Pack], history: History) {
        self.plannedAt = plannedAt
        self.expire = expire
        self.delete = delete
        self.history = history
    }
}

/// What a prune did.
public struct PruneResult: Sendable, Equatable {
    public var expired: Int64
    public var deleted: Int64
    public var history: PrunePlan.History
    public var warning: String?

    public init(expired: Int64, deleted: Int64, history: PrunePlan.History, warning: String?) {
        self.expired = expired
        self.deleted = deleted
        self.history = history
        self.warning = warning
    }
}

import Domain

/// How much the service holds, at one instant.
public struct Figures: Sendable, Equatable {
    public struct Tenant: Sendable, Equatable {
        public var externalID: TenantExternalID
        public var name: String
        public var workspace: String
        /// In any status.
        public var packs: Int64
        /// Of the packs whose files are there.
        public var packBytes: Int64
        /// In any status.
        public var findings: Int64
        /// Of all stored reports, the latest and those before.
        public var reportBytes: Int64
    }

    public var at: UnixMillis
    /// As callers see the statuses: a ready pack past its time counts as expired. Every status is there.
    public var packsByStatus: [PackStatus: Int64] = [:]
    public var packBytes: Int64 = 0
    /// Of the database with its write-ahead log, which holds what was not moved into the file yet.
    public var databaseBytes: Int64 = 0
    /// The part of it that is the write-ahead log.
    public var writeAheadLogBytes: Int64 = 0
    /// What the daemon's user may still write to the file system of the state directory.
    public var diskFreeBytes: Int64 = 0
    public var workspaces: Int64 = 0
    public var auditEvents: Int64 = 0
    public var unreadNotifications: Int64 = 0
    /// When the last prune that succeeded began.
    public var lastPruneAt: UnixMillis?
    /// Those with most bytes first.
    public var tenants: [Tenant] = []
    public var tenantCount: Int64 = 0
}

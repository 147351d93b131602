import Domain

/// What the store finds when it looks at itself, at one instant.
public struct Diagnostics: Sendable, Equatable {
    public struct Disk: Sendable, Equatable {
        /// What the daemon's user may still write.
        public var freeBytes: Int64 = 0
        public var bytes: Int64 = 0
        /// Both 0 where the file system does not count them.
        public var freeInodes: Int64 = 0
        public var inodes: Int64 = 0
    }

    public var at: UnixMillis
    /// The newest schema change that the database has; empty for none.
    public var schemaVersion = ""
    /// The newest one that this program knows.
    public var schemaExpected = ""
    /// Of the connection that writes.
    public var settings: [DatabaseSetting] = []
    public var sqliteVersion = ""
    public var databaseBytes: Int64 = 0
    public var disk = Disk()
    public var reserveBytes: Int64 = 0
    public var reserveExpectedBytes: Int64 = 0
    public var stateDirectory = ""
    public var stateUID: UInt32 = 0
    /// Permission bits.
    public var stateMode: UInt32 = 0
    public var daemonUID: UInt32 = 0
    public var auditEvents: Int64 = 0
    public var auditHeadHash = Digest256.zero
    public var auditHeadAt: UnixMillis?
    /// Whether the newest event is the one that the head names.
    public var auditHeadMatches = false
    /// When the last prune that succeeded began.
    public var lastPruneAt: UnixMillis?
}

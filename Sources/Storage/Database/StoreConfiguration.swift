import Domain

/// The sizes and limits of a store; the defaults are those of the daemon's settings.
public struct StoreConfiguration: Sendable {
    /// How many read-only connections may be busy at once; further reads wait for one of them, never for the writer.
    public var readers = 8
    /// How many small writes share one transaction and its fsync at most.
    public var groupCommitLimit = 128
    /// How many small writes may wait; beyond that they are refused with `jobLimit`.
    public var writeQueueLimit = 4096
    /// The most alert rules of one workspace or tenant, and role bindings of one workspace, one tenant or the system.
    /// What is stored beyond them stays.
    public var alertRulesPerScope = 25
    public var roleBindingsPerScope = 1000
    public var tenantsPerWorkspace = 1000
    /// In any status.
    public var findingsPerTenant: Int64 = 10_000_000
    /// What all stored reports of one tenant may have together, in bytes; there are at most
    /// `ReportHistory.maximumReports` of them.
    public var reportBytesPerTenant: Int64 = 4 << 30
    /// How much of the disk the imports of one user that are under way may take, in bytes.
    public var maximumStagedBytesPerUser: Int64 = 16 << 30
    /// Bytes set aside for the writes that free space on a full disk; 0 makes no reserve file.
    public var reserveBytes: Int64 = 4 << 20
    /// The largest findings or operations import, in bytes and in records.
    public var maximumImportBytes: Int64 = 16 << 30
    public var maximumImportRecords = 10_000_000
    /// The largest stored report, in bytes.
    public var maximumReportBytes: Int64 = 32 << 20
    /// How long the outcome of a `request_id` is remembered.
    public var idempotencyHours = 24
    /// How long a check waits before it looks again at what is suspicious, so that work on its way is no problem.
    public var checkPatience: Duration = .seconds(2)
    /// How long the answer to a deletion waits for those who still read what was deleted.
    public var forgettingPatience: Duration = .seconds(10)
    /// Called at the store's persistence steps; tests alone set it.
    public var faults: FaultHook?

    public init() {}
}

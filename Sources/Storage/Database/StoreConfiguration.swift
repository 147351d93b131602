import Domain

/// The sizes and limits of a store. It has no defaults of its own: those are the daemon's settings'.
package struct StoreConfiguration: Sendable {
    /// How many read-only connections may be busy at once; further reads wait for one of them, never for the writer.
    package var readers: Int
    /// How many small writes share one transaction and its fsync at most.
    package var groupCommitLimit: Int
    /// How many small writes may wait; beyond that they are refused with `jobLimit`.
    package var writeQueueLimit: Int
    /// The most alert rules of one workspace or tenant, and role bindings of one workspace, one tenant or the system.
    /// What is stored beyond them stays.
    package var alertRulesPerScope: Int
    package var roleBindingsPerScope: Int
    package var tenantsPerWorkspace: Int
    /// In any status.
    package var findingsPerTenant: Int64
    /// What all stored reports of one tenant may have together, in bytes; there are at most
    /// `ReportHistory.maximumReports` of them.
    package var reportBytesPerTenant: Int64
    /// How much of the disk the imports of one user that are under way may take, in bytes.
    package var maximumStagedBytesPerUser: Int64
    /// Bytes set aside for the writes that free space on a full disk; 0 makes no reserve file.
    package var reserveBytes: Int64
    /// The largest findings or operations import, in bytes and in records.
    package var maximumImportBytes: Int64
    package var maximumImportRecords: Int
    /// The largest stored report, in bytes.
    package var maximumReportBytes: Int64
    /// How long the outcome of a `request_id` is remembered.
    package var idempotencyHours: Int
    /// How long a check waits before it looks again at what is suspicious, so that work on its way is no problem.
    package var checkPatience: Duration = .seconds(2)
    /// How long the answer to a deletion waits for those who still read what was deleted.
    package var forgettingPatience: Duration = .seconds(10)
    /// Called at the store's persistence steps; tests alone set it.
    package var faults: FaultHook?

    package init(
        readers: Int, groupCommitLimit: Int, writeQueueLimit: Int, alertRulesPerScope: Int, roleBindingsPerScope: Int,
        tenantsPerWorkspace: Int, findingsPerTenant: Int64, reportBytesPerTenant: Int64,
        maximumStagedBytesPerUser: Int64, reserveBytes: Int64, maximumImportBytes: Int64, maximumImportRecords: Int,
        maximumReportBytes: Int64, idempotencyHours: Int
    ) {
        self.readers = readers
        self.groupCommitLimit = groupCommitLimit
        self.writeQueueLimit = writeQueueLimit
        self.alertRulesPerScope = alertRulesPerScope
        self.roleBindingsPerScope = roleBindingsPerScope
        self.tenantsPerWorkspace = tenantsPerWorkspace
        self.findingsPerTenant = findingsPerTenant
        self.reportBytesPerTenant = reportBytesPerTenant
        self.maximumStagedBytesPerUser = maximumStagedBytesPerUser
        self.reserveBytes = reserveBytes
        self.maximumImportBytes = maximumImportBytes
        self.maximumImportRecords = maximumImportRecords
        self.maximumReportBytes = maximumReportBytes
        self.idempotencyHours = idempotencyHours
    }
}

/// The counts that a ready pack carries beside its file; equal to the rows of its findings.csv.
public struct PackSummary: Equatable, Sendable {
    public var findingsOpen: Int64 = 0
    public var findingsAcknowledged: Int64 = 0
    /// By severity, in the order of `Severity.allCases`.
    public var findingsBySeverity: [Int64] = Array(repeating: 0, count: Severity.allCases.count)
    public var operations: Int64 = 0
    public var hasPermissionPosture = false
    public var hasEntraAdminRoles = false
    public var hasHardening = false
    public var sources: [SourceFreshness] = []
    /// How many replacements redaction made, all files together; 0 when personal data was included.
    public var redactions: Int64 = 0

    public init() {}

    /// Clamped: a summary is read from a row, which may hold any numbers.
    public var findings: Int64 { findingsOpen.addingClamped(findingsAcknowledged) }
}

/// What the newest run of one source said: a clean scan differs from no scan.
public struct SourceFreshness: Equatable, Sendable {
    /// The tool's name (`prowler`), a report type's word, or `hardening`.
    public var source: String
    public var toolVersion: String?
    public var lastRunID: String?
    /// When the newest run measured, not when it was imported.
    public var lastRunAt: UnixMillis?
    public var lastImportedAt: UnixMillis?
    public var checksEvaluated: Int64
    public var passed: Int64
    public var failed: Int64
    public var manual: Int64
    public var errors: Int64

    public init(
        source: String, toolVersion: String? = nil, lastRunID: String? = nil, lastRunAt: UnixMillis? = nil,
        lastImportedAt: UnixMillis? = nil, checksEvaluated: Int64 = 0, passed: Int64 = 0, failed: Int64 = 0,
        manual: Int64 = 0, errors: Int64 = 0
    ) {
        self.source = source
        self.toolVersion = toolVersion
        self.lastRunID = lastRunID
        self.lastRunAt = lastRunAt
        self.lastImportedAt = lastImportedAt
        self.checksEvaluated = checksEvaluated
        self.passed = passed
        self.failed = failed
        self.manual = manual
        self.errors = errors
    }
}

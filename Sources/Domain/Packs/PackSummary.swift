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

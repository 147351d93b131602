/// The texts of a finding record; the raw value is the field's place in the record and in its staged form.
public enum FindingField: UInt8, CaseIterable, Sendable {
    /// The scanner's name as it came, for example `Prowler`; for native records the `source` key or `native`.
    case source = 0
    case sourceVersion = 1
    /// Without the version suffix where the scanner writes one (see `CheckIdentity`).
    case checkID = 2
    case checkVersion = 3
    case title = 4
    /// Why the finding is muted or acknowledged, when the data says so.
    case statusReason = 5
    case resourceType = 6
    case resourceID = 7
    case resourceName = 8
    case description = 9
    case detail = 10
    case remediation = 11
    /// The scan's own id, when the data holds one.
    case runID = 12
    /// Native records only: the caller's identity of the finding.
    case uid = 13
    /// The tenant identifier that the data names, when it names one.
    case tenantID = 14

    static let count = 15
}

/// The two input formats of findings.
public enum FindingFormat: UInt8, Sendable {
    /// JSON lines with our own keys.
    case native = 1
    /// OCSF Detection Finding (class 2004) or Compliance Finding (class 2003).
    case ocsf = 2
}

/// Where a record begins in its input; printed in every complaint about it.
public struct RecordPosition: Equatable, Sendable {
    /// The record's number in the input, from 1.
    public var ordinal: Int
    /// The line that its first byte is on, from 1.
    public var line: Int
    /// The offset of its first byte in the UTF-8 text (after transcoding and without a byte order mark).
    public var byteOffset: Int

    public init(ordinal: Int, line: Int, byteOffset: Int) {
        self.ordinal = ordinal
        self.line = line
        self.byteOffset = byteOffset
    }
}

import Bytes
import Domain
import Evidence

/// What an import did with the records that it read.
public struct ImportCounts: Sendable, Equatable, Codable {
    public var read: Int64 = 0
    public var inserted: Int64 = 0
    public var updated: Int64 = 0
    public var reopened: Int64 = 0
    public var resolved: Int64 = 0
    public var unchanged: Int64 = 0
    /// Bad records that were passed over because the caller asked for it.
    public var rejected: Int64 = 0
    /// Known only as numbers: passes, and manual, skipped or error results of findings that are not stored.
    public var counted: Int64 = 0
    /// Records that shared a fingerprint with an earlier one of the same run.
    public var duplicates: Int64 = 0

    public init() {}
}

/// The outcome of an import, as its operation run records it.
public struct ImportResult: Sendable, Equatable {
    public var operationRunID: OperationRunID
    public var counts: ImportCounts
    /// Sentences for people, at most 100; what came after is summed up in the last.
    public var warnings: [String]
    /// SHA-256 of the bytes as they came.
    public var inputSHA256: Digest256
    /// Of the records that were passed over, the first complaints.
    public var rejections: [String] = []
    /// Findings only: what the data says about its run.
    public var run: ImportedRun?
    /// Reports only: what is stored of it.
    public var report: ImportedReport?
    /// Whether this answers an earlier request with the same `request_id`; nothing was written now.
    public var isReplay: Bool
}

/// The run that an import of findings came from.
public struct ImportedRun: Sendable, Equatable, Codable {
    /// The scanner's own id of the run, else the SHA-256 of the input.
    public var id: String
    /// The newest record's time as RFC 3339; nil for an empty scan.
    public var at: String?
    /// `native` or `ocsf`; nil for an empty scan.
    public var format: String?
}

/// The report that an import stored, or found stored already.
public struct ImportedReport: Sendable, Equatable, Codable {
    /// SHA-256 of the stored bytes, in hexadecimal digits.
    public var fingerprint: String
    /// RFC 3339.
    public var measuredAt: String
    public var payloadBytes: Int64
    /// Whether a pack generated now would take it.
    public var isLatest: Bool
}

/// What is to be imported, and into which tenant.
public enum ImportRequest: Sendable {
    case findings(FindingsImportRequest)
    case report(ReportImportRequest)
    /// - Parameter skipsBadRecords: as for findings.
    case operations(TenantID, skipsBadRecords: Bool)

    var tenantID: TenantID {
        switch self {
        case .findings(let request): request.tenantID
        case .report(let request): request.tenantID
        case .operations(let tenantID, _): tenantID
        }
    }
}

/// How a findings import is to be read and recorded.
public struct FindingsImportRequest: Sendable {
    public var tenantID: TenantID
    /// Nil: the first record tells.
    public var format: FindingFormat?
    /// Accepts records whose tenant GUID is another than the tenant's.
    public var allowsTenantMismatch: Bool
    /// Passes over bad records (and counts them) instead of refusing the whole import.
    public var skipsBadRecords: Bool

    public init(
        tenantID: TenantID, format: FindingFormat? = nil, allowsTenantMismatch: Bool = false,
        skipsBadRecords: Bool = false
    ) {
        self.tenantID = tenantID
        self.format = format
        self.allowsTenantMismatch = allowsTenantMismatch
        self.skipsBadRecords = skipsBadRecords
    }
}

public struct ReportImportRequest: Sendable {
    public var tenantID: TenantID
    public var type: ReportType
    /// Nil means now.
    public var measuredAt: UnixMillis?
    public var allowsTenantMismatch: Bool

    public init(
        tenantID: TenantID, type: ReportType, measuredAt: UnixMillis? = nil, allowsTenantMismatch: Bool = false
    ) {
        self.tenantID = tenantID
        self.type = type
        self.measuredAt = measuredAt
        self.allowsTenantMismatch = allowsTenantMismatch
    }
}

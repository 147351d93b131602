package import Bytes
package import Domain
package import Evidence

/// What an import did with the records that it read.
package struct ImportCounts: Sendable, Equatable, Codable {
    package var read: Int64 = 0
    package var inserted: Int64 = 0
    package var updated: Int64 = 0
    package var reopened: Int64 = 0
    package var resolved: Int64 = 0
    package var unchanged: Int64 = 0
    /// Bad records that were passed over because the caller asked for it.
    package var rejected: Int64 = 0
    /// Known only as numbers: passes, and manual, skipped or error results of findings that are not stored.
    package var counted: Int64 = 0
    /// Records that shared a fingerprint with an earlier one of the same run.
    package var duplicates: Int64 = 0

    package init() {}
}

/// The outcome of an import, as its operation run records it.
package struct ImportResult: Sendable, Equatable {
    package var operationRunID: OperationRunID
    package var counts: ImportCounts
    /// Sentences for people, at most 100; what came after is summed up in the last.
    package var warnings: [String]
    /// SHA-256 of the bytes as they came.
    package var inputSHA256: Digest256
    /// Of the records that were passed over, the first complaints.
    package var rejections: [String] = []
    /// Findings only: what the data says about its run.
    package var run: ImportedRun?
    /// Reports only: what is stored of it.
    package var report: ImportedReport?
    /// Whether this answers an earlier request with the same `request_id`; nothing was written now.
    package var isReplay: Bool
}

/// The run that an import of findings came from.
package struct ImportedRun: Sendable, Equatable, Codable {
    /// The scanner's own id of the run, else the SHA-256 of the input.
    package var id: String
    /// The newest record's time as RFC 3339; nil for an empty scan.
    package var at: String?
    /// `native` or `ocsf`; nil for an empty scan.
    package var format: String?
}

/// The report that an import stored, or found stored already.
package struct ImportedReport: Sendable, Equatable, Codable {
    /// SHA-256 of the stored bytes, in hexadecimal digits.
    package var fingerprint: String
    /// RFC 3339.
    package var measuredAt: String
    package var payloadBytes: Int64
    /// Whether a pack generated now would take it.
    package var isLatest: Bool
}

/// What is to be imported, and into which tenant.
package enum ImportRequest: Sendable {
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
package struct FindingsImportRequest: Sendable {
    package var tenantID: TenantID
    /// Nil: the first record tells.
    package var format: FindingFormat?
    /// Accepts records whose tenant GUID is another than the tenant's.
    package var allowsTenantMismatch: Bool
    /// Passes over bad records (and counts them) instead of refusing the whole import.
    package var skipsBadRecords: Bool

    package init(
        tenantID: TenantID, format: FindingFormat? = nil, allowsTenantMismatch: Bool = false,
        skipsBadRecords: Bool = false
    ) {
        self.tenantID = tenantID
        self.format = format
        self.allowsTenantMismatch = allowsTenantMismatch
        self.skipsBadRecords = skipsBadRecords
    }
}

package struct ReportImportRequest: Sendable {
    package var tenantID: TenantID
    package var type: ReportType
    /// Nil means now.
    package var measuredAt: UnixMillis?
    package var allowsTenantMismatch: Bool

    package init(
        tenantID: TenantID, type: ReportType, measuredAt: UnixMillis? = nil, allowsTenantMismatch: Bool = false
    ) {
        self.tenantID = tenantID
        self.type = type
        self.measuredAt = measuredAt
        self.allowsTenantMismatch = allowsTenantMismatch
    }
}

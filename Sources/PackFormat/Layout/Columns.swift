/// The columns of findings.csv, in their order; the raw value stands in the header line.
package enum FindingColumn: String, CaseIterable {
    case fingerprint
    case source
    case sourceVersion = "source_version"
    case checkID = "check_id"
    case checkVersion = "check_version"
    case title
    case severity
    case result
    case status
    case statusReason = "status_reason"
    case resourceType = "resource_type"
    case resourceID = "resource_id"
    case resourceName = "resource_name"
    case occurrences
    case firstSeenAt = "first_seen_at"
    case lastSeenAt = "last_seen_at"
    case description
    case detail
    case remediation

    package static let names = allCases.map(\.rawValue)
}

/// The columns of operations.csv, in their order.
package enum OperationColumn: String, CaseIterable {
    case id
    case type
    case status
    case outcome
    case reasonCode = "reason_code"
    case initiator
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    /// `yes` or `no`: whether a collector brought the run or the service recorded it.
    case imported

    package static let names = allCases.map(\.rawValue)
    /// Those of packs that were made before it was said which runs were imported.
    package static let formerNames = Array(names.dropLast())
}

/// What a pack's archive holds: the seven names, in their order (DESIGN section 6), and the columns of its two tables.
enum PackContents {
    static let metadata = "metadata.json"
    static let summary = "summary.json"
    static let findings = "findings.csv"
    static let operations = "operations.csv"

    static let names = [
        findings, "hardening.json", metadata, operations, "reports/entra_admin_roles.json",
        "reports/permission_posture.json", summary,
    ]

    static let findingColumns = [
        "fingerprint", "source", "source_version", "check_id", "check_version", "title", "severity", "result", "status",
        "status_reason", "resource_type", "resource_id", "resource_name", "occurrences", "first_seen_at",
        "last_seen_at", "description", "detail", "remediation",
    ]
    static let severityColumn = 6
    static let statusColumn = 8

    static let operationColumns = [
        "id", "type", "status", "outcome", "reason_code", "initiator", "started_at", "finished_at", "imported",
    ]
    /// Those of packs that were made before it was said which runs were imported.
    static let formerOperationColumns = Array(operationColumns.dropLast())
}

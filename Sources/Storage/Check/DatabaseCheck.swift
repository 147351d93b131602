import Bytes
import Domain
import Evidence
import GRDB

/// What SQLite and the sums over findings say about the rows; each function is one read in one snapshot.
enum DatabaseCheck {
    /// How many complaints of SQLite about one matter are listed; a damaged page has thousands.
    private static let complaintLimit = 100

    /// The pages, the indexes against their tables, and the references between rows.
    static func integrity(_ database: Database) throws -> [CheckProblem] {
        let complaints = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(complaintLimit))")
        var problems = complaints.filter { $0 != "ok" }.map { complaint in
            let line = String(complaint.prefix(300)).split(whereSeparator: \.isNewline).joined(separator: "; ")
            return CheckProblem(
                .databaseDamaged, StateDirectory.databaseName, "SQLite says: \(line); restore a backup")
        }
        let rows = try Row.fetchCursor(database, sql: "PRAGMA foreign_key_check")
        while problems.count < 2 * complaintLimit, let row = try rows.next()?.of("foreign_key_check") {
            let table: String = try row.value("table")
            let parent: String = try row.value("parent")
            problems.append(
                CheckProblem(
                    .databaseDamaged, table, "a row of \(table) refers to a missing one of \(parent); restore a backup")
            )
        }
        return problems
    }

    /// The tenants whose sums are to be checked.
    static func tenants(_ database: Database) throws -> [(number: Int64, externalID: TenantExternalID)] {
        try Row.fetchAll(database, sql: "SELECT number, external_id FROM tenant ORDER BY number").compactMap { row in
            let row = row.of("tenant")
            // One without them is named by the check of the rows.
            guard let number = try? row.value("number") as Int64,
                let id = try? row.value("external_id") as TenantExternalID
            else { return nil }
            return (number, id)
        }
    }

    /// Adds up the tenant's findings that belong into packs; nil when the sum is the stored one or the tenant is gone.
    ///
    /// Reads every finding of the tenant, row by row; memory does not grow with their number.
    static func revision(
        of tenant: Int64, named externalID: TenantExternalID, _ database: Database
    ) throws -> CheckProblem? {
        guard
            let stored = try Digest256.fetchOne(
                database, sql: "SELECT findings_revision FROM tenant WHERE number = ?", arguments: [tenant])
        else { return nil }
        var digests = FindingDigest()
        var sum = RevisionSum()
        let rows = try SQLStatement(
            database, "SELECT \(FindingRows.columns), fingerprint FROM finding WHERE id BETWEEN ? AND ?")
        let range = FindingKey.range(ofTenant: tenant)
        rows.bind(1, range.lowerBound)
        rows.bind(2, range.upperBound)
        while try rows.step() {
            let finding = try FindingRows.finding(rows)
            guard finding.state.status.isInPacks else { continue }
            guard let fingerprint = Digest256(rows.bytes(11)) else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a finding has no fingerprint")
            }
            finding.statusReason.withUnsafeBytes { reason in
                sum.add(
                    digests.row(
                        fingerprint: fingerprint, content: finding.content, state: finding.state, statusReason: reason))
            }
        }
        guard sum.bytes != stored.bytes else { return nil }
        return CheckProblem(
            .revisionWrong, externalID.description,
            "the findings of this tenant are not those that were stored; restore a backup, or import its scans anew")
    }

    /// Counts the tenant's findings; nil when the numbers are the stored ones.
    static func counts(
        of tenant: Int64, named externalID: TenantExternalID, _ database: Database
    ) throws -> CheckProblem? {
        let range = FindingKey.range(ofTenant: tenant)
        let differs = try Bool.fetchOne(
            database,
            sql: """
                WITH stored AS (SELECT status, severity, findings FROM finding_count WHERE tenant = ?1
                AND findings <> 0),
                counted AS (SELECT status, severity, count(*) FROM finding WHERE id BETWEEN ?2 AND ?3
                    GROUP BY status, severity)
                SELECT EXISTS (SELECT * FROM stored EXCEPT SELECT * FROM counted)
                    OR EXISTS (SELECT * FROM counted EXCEPT SELECT * FROM stored)
                """, arguments: [tenant, range.lowerBound, range.upperBound])
        guard differs == true else { return nil }
        return CheckProblem(
            .countWrong, externalID.description,
            "the stored numbers of this tenant's findings are not those of its findings; run check --repair")
    }

    static func auditProblems(_ verification: AuditVerification) -> [CheckProblem] {
        verification.faults.map { fault in
            let what =
                switch fault.problem {
                case .changed: "audit event \(fault.seq) was changed"
                case .removed: "audit event \(fault.seq) was removed"
                case .reordered: "audit event \(fault.seq) does not continue the one before it"
                case .truncated: "the audit events from \(fault.seq) on were cut off"
                case .headChanged: "the head of the audit log was changed after event \(fault.seq)"
                }
            return CheckProblem(
                .auditBroken, "\(fault.seq)",
                "\(what) outside the service; keep the state as it is and compare with a backup")
        }
    }
}

extension WriteTransaction {
    /// Counts a tenant's findings anew. A row that no number can be stored for is left out: it is another problem.
    func recountFindings(of externalID: TenantExternalID) throws {
        let number = try Int64.fetchOne(
            database, sql: "SELECT number FROM tenant WHERE external_id = ?", arguments: [externalID])
        guard let number else { return }
        let range = FindingKey.range(ofTenant: number)
        try execute("DELETE FROM finding_count WHERE tenant = ?", [number])
        try execute(
            """
            INSERT INTO finding_count (tenant, status, severity, findings)
                SELECT ?, status, severity, count(*) FROM finding WHERE id BETWEEN ? AND ?
                AND typeof(status) = 'integer' AND typeof(severity) = 'integer' GROUP BY status, severity
            """, [number, range.lowerBound, range.upperBound])
    }
}

package import Bytes
package import Domain
package import Evidence
import Foundation
import GRDB
import Logging
import SystemIO

extension Store {
    /// Runs `body` on a thread of its own; it may read the tenant's evidence in one snapshot after the other, and do
    /// without in between. Imports go on meanwhile; the write-ahead log grows until a snapshot ends.
    package func withSnapshots<Value: Sendable>(
        of tenant: TenantID, _ body: @escaping @Sendable (EvidenceSnapshots) throws -> Value
    ) async throws -> Value {
        let snapshots = EvidenceSnapshots(
            tenant: tenant, state: state, faults: configuration.faults, logger: logger)
        return try await DedicatedThread.run(name: "evidence") { try body(snapshots) }
    }
}

/// Hands out a tenant's evidence, a snapshot at a time.
package struct EvidenceSnapshots: Sendable {
    fileprivate let tenant: TenantID
    fileprivate let state: StateDirectory
    fileprivate let faults: FaultHook?
    fileprivate let logger: Logger

    /// Runs `body` inside one read transaction; NOT_FOUND when there is no such tenant.
    ///
    /// What `body` throws is the caller's own and passes unchanged; a snapshot that cannot be had is a `ProductError`.
    package func read<Value>(_ body: (StoredEvidence) throws -> Value) throws -> Value {
        do {
            try faults?(.snapshotBeforeRead)
            return try LongRead.snapshot(of: state, "evidence") { try body(StoredEvidence(of: tenant, $0)) }
        } catch  where StoreFailure.isOfDatabase(error) || error is SystemError {
            throw StoreFailure.report(error, logger)
        }
    }
}

/// `TenantEvidence` over one read transaction: every call sees the instant at which the snapshot began.
///
/// Lives only inside the closure of `EvidenceSnapshots.read` and on its thread. Texts are handed out as they lie in
/// SQLite's memory, valid until the closure that receives them returns.
package final class StoredEvidence: TenantEvidence {
    package let workspaceName: String
    package var workspaceID: WorkspaceID { tenant.workspaceID }
    package var tenantID: TenantID { tenant.id }
    package var tenantExternalID: TenantExternalID { tenant.externalID }
    package var tenantName: String { tenant.name }

    private let tenant: TenantKey
    private let database: Database

    init(of id: TenantID, _ database: Database) throws {
        tenant = try TenantKey.require(id, database)
        self.database = database
        workspaceName =
            try String.fetchOne(
                database, sql: "SELECT name FROM workspace WHERE number = ?", arguments: [tenant.workspaceNumber]) ?? ""
    }

    package func fingerprint(options: PackOptions) throws -> Digest256 {
        try reading { try EvidenceFingerprint.digest(of: tenant, options: options, database) }
    }

    package func hardening() throws -> HardeningSettings? {
        try reading { try HardeningSettings.read(of: tenant.number, database) }
    }

    package func report(_ type: ReportType) throws -> ReportRecord? {
        try reading { try StoredReport.latest(type, of: tenant.number, database)?.record }
    }

    package func readPayload(of type: ReportType, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try reading {
            guard let report = try StoredReport.latest(type, of: tenant.number, database) else { return }
            let parts = try SQLStatement(database, "SELECT bytes FROM report_part WHERE report = ? ORDER BY part")
            parts.bind(1, report.id)
            while try parts.step() { try body(parts.bytes(0)) }
        }
    }

    package func findingsCount() throws -> Int64 {
        try reading {
            try Int64.fetchOne(
                database, sql: "SELECT findings_in_packs FROM tenant WHERE number = ?", arguments: [tenant.number]) ?? 0
        }
    }

    package func forEachFinding(_ body: (borrowing FindingRow) throws -> Void) throws {
        try reading { try readFindings(body) }
    }

    private func readFindings(_ body: (borrowing FindingRow) throws -> Void) throws {
        let rows = try SQLStatement(
            database,
            """
            SELECT f.fingerprint, c.source, x.source_version, c.check_id, x.check_version, x.title, f.severity,
                f.result,
                f.status, f.status_reason, d.resource_type, d.resource_id, d.resource_name, f.occurrences,
                f.first_seen_at, f.last_seen_at, x.description, d.detail, x.remediation
            FROM finding f CROSS JOIN check_text x ON x.id = f.check_text
                CROSS JOIN finding_check c ON c.number = x.finding_check CROSS JOIN finding_detail d ON d.id = f.id
            WHERE f.id BETWEEN ? AND ? AND f.status <> \(FindingStatus.resolved.sql) ORDER BY f.id
            """)
        let range = FindingKey.range(ofTenant: tenant.number)
        rows.bind(1, range.lowerBound)
        rows.bind(2, range.upperBound)
        var row = FindingRow()
        let digits = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 1)
        defer { digits.deallocate() }
        row.fingerprint = UnsafeRawBufferPointer(digits)
        while try rows.step() {
            guard rows.bytes(0).count == 32 else { throw Self.damaged("fingerprint") }
            Hex.write(rows.bytes(0), into: digits)
            row.source = rows.bytes(1)
            row.sourceVersion = rows.bytes(2)
            row.checkID = rows.bytes(3)
            row.checkVersion = rows.bytes(4)
            row.title = rows.bytes(5)
            row.severity = try Self.value(rows, 6, "severity")
            row.result = try Self.value(rows, 7, "result")
            row.status = try Self.value(rows, 8, "status")
            row.statusReason = rows.bytes(9)
            row.resourceType = rows.bytes(10)
            row.resourceID = rows.bytes(11)
            row.resourceName = rows.bytes(12)
            row.occurrences = rows.int(13)
            row.firstSeenAt = try Self.time(rows, 14, "first_seen_at")
            row.lastSeenAt = try Self.time(rows, 15, "last_seen_at")
            row.description = rows.bytes(16)
            row.detail = rows.bytes(17)
            row.remediation = rows.bytes(18)
            try body(row)
        }
    }

    package func forEachCheckText(_ body: (borrowing CheckTextRow) throws -> Void) throws {
        try reading {
            let rows = try SQLStatement(
                database,
                """
                SELECT c.source, c.check_id, x.title, x.description, x.remediation, c.evaluated_at, x.from_scanner
                FROM check_text x CROSS JOIN finding_check c ON c.number = x.finding_check WHERE x.tenant = ?
                """)
            rows.bind(1, tenant.number)
            while try rows.step() {
                try body(
                    CheckTextRow(
                        source: rows.bytes(0), checkID: rows.bytes(1), title: rows.bytes(2), description: rows.bytes(3),
                        remediation: rows.bytes(4), isEvaluated: !rows.isNull(5), isFromScanner: rows.int(6) == 1))
            }
        }
    }

    // What no scanner could have said and no import stored: a pack must not show it as if it were evidence.
    private static func value<Value: RawRepresentable<UInt8>>(
        _ row: borrowing SQLStatement, _ index: Int32, _ column: String
    ) throws(DamagedRow) -> Value {
        guard row.isInteger(index), let value = UInt8(exactly: row.int(index)).flatMap(Value.init(rawValue:)) else {
            throw damaged(column)
        }
        return value
    }

    private static func time(
        _ row: borrowing SQLStatement, _ index: Int32, _ column: String
    ) throws(DamagedRow) -> UnixMillis {
        let time = row.time(index)
        guard row.isInteger(index), time.isLegal else { throw damaged(column) }
        return time
    }

    private static func damaged(_ column: String) -> DamagedRow { DamagedRow(table: "finding", column: column) }

    /// Runs `body`; what the database does not give is an `EvidenceFailure`, what else is thrown is the caller's own.
    private func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw StoreFailure.evidenceError(for: error) }
    }

    package func forEachOperation(
        since start: UnixMillis, excluding excluded: OperationRunID?, _ body: (OperationRecord) throws -> Void
    ) throws {
        try reading {
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT * FROM operation_run WHERE tenant = ? AND started_at >= ? AND id IS NOT ?
                    ORDER BY started_at DESC, number DESC
                    """, arguments: [tenant.number, start, excluded])
            while let row = try rows.next() { try body(OperationRecord(row: row.of("operation_run"))) }
        }
    }

    package func sources() throws -> [SourceFreshness] {
        try reading { try SourceFreshness.all(of: tenant.number, database) }
    }

    package func forEachIdentity(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try reading {
            let rows = try SQLStatement(database, "SELECT text FROM identity_text WHERE tenant = ?")
            rows.bind(1, tenant.number)
            while try rows.step() { try body(rows.bytes(0)) }
        }
    }
}

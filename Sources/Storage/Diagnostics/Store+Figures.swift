package import Domain
import GRDB
import Glibc
import SystemIO

/// How much the service holds, at one instant.
package struct Figures: Sendable, Equatable {
    package struct Tenant: Sendable, Equatable {
        package var externalID: TenantExternalID
        package var name: String
        package var workspace: String
        /// In any status.
        package var packs: Int64
        /// Of the packs whose files are there.
        package var packBytes: Int64
        /// In any status.
        package var findings: Int64
        /// Of all stored reports, the latest and those before.
        package var reportBytes: Int64
    }

    package var at: UnixMillis
    /// As callers see the statuses: a ready pack past its time counts as expired. Every status is there.
    package var packsByStatus: [PackStatus: Int64] = [:]
    package var packBytes: Int64 = 0
    /// Of the database with its write-ahead log, which holds what was not moved into the file yet.
    package var databaseBytes: Int64 = 0
    /// The part of it that is the write-ahead log.
    package var writeAheadLogBytes: Int64 = 0
    /// What the daemon's user may still write to the file system of the state directory.
    package var diskFreeBytes: Int64 = 0
    package var workspaces: Int64 = 0
    package var auditEvents: Int64 = 0
    package var unreadNotifications: Int64 = 0
    /// When the last prune that succeeded began.
    package var lastPruneAt: UnixMillis?
    /// Those with most bytes first.
    package var tenants: [Tenant] = []
    package var tenantCount: Int64 = 0
}

extension Store {
    /// Counts what is stored; one read snapshot on a reader's connection, at most `tenantLimit` tenants.
    ///
    /// Findings are counted as they come and go (`finding_count`); the rest is index ranges, the rows of packs, or a
    /// row.
    package func figures(tenantLimit: Int = 1000) async throws -> Figures {
        let now = now()
        var figures = try await read { try Figures(reading: $0, at: now, tenantLimit: tenantLimit) }
        do {
            let state = state
            (figures.databaseBytes, figures.writeAheadLogBytes, figures.diskFreeBytes) = try await DedicatedThread.run(
                name: "figures"
            ) {
                let log = try state.size(of: StateDirectory.databaseName + "-wal")
                return (try state.size(of: StateDirectory.databaseName) + log, log, try state.disk().freeBytes)
            }
        } catch {
            throw StoreFailure.report(error, logger)
        }
        return figures
    }
}

extension Figures {
    init(reading database: Database, at now: UnixMillis, tenantLimit: Int) throws {
        func number(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64 {
            try Int64.fetchOne(database, sql: sql, arguments: arguments) ?? 0
        }
        self.init(at: now)
        for status in PackStatus.allCases {
            packsByStatus[status] = try number("SELECT count(*) FROM review_pack WHERE status = ?", [status])
        }
        let pastDue = try number(
            "SELECT count(*) FROM review_pack WHERE status = \(PackStatus.ready.sql) AND expires_at <= ?", [now])
        packsByStatus[.ready, default: 0] -= pastDue
        packsByStatus[.expired, default: 0] += pastDue
        packBytes = try number("SELECT sum(file_size) FROM review_pack WHERE file_path IS NOT NULL")
        workspaces = try number("SELECT count(*) FROM workspace")
        tenantCount = try number("SELECT count(*) FROM tenant")
        // Events are numbered without gaps, so the newest one's number is their count.
        auditEvents = try number("SELECT seq FROM audit_head WHERE id = 1")
        unreadNotifications = try number("SELECT count(*) FROM notification WHERE read_at IS NULL")
        lastPruneAt = try UnixMillis.fetchOne(
            database, sql: Figures.lastPruneQuery, arguments: [OperationType.prune.rawValue])
        tenants = try Row.fetchAll(database, sql: Figures.tenantQuery, arguments: [tenantLimit]).map {
            try Tenant(row: $0.of("tenant"))
        }
    }

    /// When the last prune that succeeded began, of the type `?`.
    static let lastPruneQuery = """
        SELECT max(started_at) FROM operation_run
        WHERE tenant IS NULL AND type = ? AND outcome = \(OperationOutcome.succeeded.sql)
        """

    /// Each table is read once and grouped.
    private static let tenantQuery = """
        SELECT t.external_id, t.name, w.name AS workspace, ifnull(p.packs, 0) AS packs,
            ifnull(p.bytes, 0) AS pack_bytes, ifnull(f.findings, 0) AS findings, ifnull(r.bytes, 0) AS report_bytes
        FROM tenant t JOIN workspace w ON w.number = t.workspace
        LEFT JOIN (SELECT tenant, count(*) AS packs, sum(CASE WHEN file_path IS NOT NULL THEN file_size END) AS bytes
            FROM review_pack GROUP BY tenant) p ON p.tenant = t.number
        LEFT JOIN (SELECT tenant, sum(findings) AS findings FROM finding_count GROUP BY tenant) f ON f.tenant = t.number
        LEFT JOIN (SELECT tenant, sum(payload_bytes) AS bytes FROM report GROUP BY tenant) r ON r.tenant = t.number
        ORDER BY ifnull(p.bytes, 0) + ifnull(r.bytes, 0) DESC, findings DESC, t.external_id LIMIT ?
        """
}

extension Figures.Tenant {
    fileprivate init(row: StoredRow) throws {
        externalID = try row.value("external_id")
        name = try row.value("name")
        workspace = try row.value("workspace")
        packs = try row.value("packs")
        packBytes = try row.value("pack_bytes")
        findings = try row.value("findings")
        reportBytes = try row.value("report_bytes")
    }
}

extension StateDirectory {
    /// The size of a file of the directory in bytes; 0 when there is none.
    func size(of name: String) throws(SystemError) -> Int64 {
        var status = stat()
        if fstatat(root.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return Int64(status.st_size) }
        if errno == ENOENT { return 0 }
        throw SystemError(errno, "fstatat")
    }
}

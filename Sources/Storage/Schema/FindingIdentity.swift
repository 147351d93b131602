import Bytes
import Domain
import Evidence
import GRDB

/// Migration 0004: each tenant gets a key for fingerprints, and each stored finding its identity of version 2
/// (`FindingFingerprint`).
///
/// 1. Findings that become one by it are joined as `FindingMerge` says.
/// 2. The sum over the findings that belong into packs is made anew, because every summand holds a fingerprint; content
///    digests stay.
/// 3. Memory is bounded: rows are read and written in batches. The write-ahead log comes to hold the table of findings
///    and its index.
/// 4. What is damaged stays as damaged as it was: no row keeps the service from starting, and a check names it.
enum FindingIdentity {
    private static let batch: Int64 = 2000

    static func migrate(_ database: Database, _ context: MigrationContext) throws {
        let began = ContinuousClock.now
        try database.execute(sql: FingerprintKey.table)
        // Rewritten row by row the index would cost more than made anew.
        try database.execute(sql: "DROP INDEX finding_identity")
        let tenants = try StoredTenant.all(database)
        var findings: Int64 = 0
        for tenant in tenants { findings += try giveIdentities(to: tenant, database) }
        let joined = try makeUnique(tenants, database)
        for tenant in tenants { try sumUp(tenant, database) }
        guard findings > 0 else { return }
        for tenant in tenants {
            guard let count = joined[tenant.number] else { continue }
            try context.audit(
                "0004-finding-identity", ["findings_joined": "\(count)"], workspace: tenant.workspaceID,
                tenant: tenant.id, database)
        }
        let facts = [
            "findings": "\(findings)", "joined": "\(joined.values.reduce(0, +))", "tenants": "\(tenants.count)",
        ]
        try context.audit("0004-finding-identity", facts, workspace: nil, tenant: nil, database)
        context.note(
            "stored findings have a new identity",
            facts.merging(["seconds": "\((ContinuousClock.now - began).components.seconds)"]) { mine, _ in mine })
    }

    /// Makes the tenant's key and rewrites the fingerprints of its findings; returns how many.
    private static func giveIdentities(to tenant: StoredTenant, _ database: Database) throws -> Int64 {
        let key = FingerprintKey.make()
        try key.store(for: tenant.number, database)
        guard let externalID = tenant.externalID else { return 0 }
        var fingerprints = FindingFingerprint(tenant: externalID, key: key)
        let read = try SQLStatement(
            database,
            """
            SELECT f.id, f.fingerprint, c.source, c.check_id, d.resource_type, d.resource_id, d.resource_name,
                c.number IS NOT NULL AND d.id IS NOT NULL
            FROM finding f LEFT JOIN check_text x ON x.id = f.check_text LEFT
            JOIN finding_check c ON c.number = x.finding_check
                LEFT JOIN finding_detail d ON d.id = f.id
            WHERE f.id > ? AND f.id <= ? ORDER BY f.id LIMIT ?
            """)
        let write = try SQLStatement(database, "UPDATE finding SET fingerprint = ? WHERE id = ?")
        let range = FindingKey.range(ofTenant: tenant.number)
        var last = range.lowerBound - 1
        var count: Int64 = 0
        while true {
            var changes: [(id: Int64, fingerprint: Digest256)] = []
            read.bind(1, last)
            read.bind(2, range.upperBound)
            read.bind(3, batch)
            var rows: Int64 = 0
            while try read.step() {
                rows += 1
                last = read.int(0)
                guard let former = Digest256(read.bytes(1)) else { continue }
                let identity =
                    read.int(7) == 1
                    ? ScannerIdentity(
                        source: read.bytes(2), checkID: read.bytes(3), resourceID: read.bytes(5),
                        resourceName: read.bytes(6)) : nil
                changes.append(
                    (last, fingerprints.digest(following: former, identity, resourceType: read.bytes(4))))
            }
            read.reset()
            for change in changes {
                write.bind(1, change.fingerprint)
                write.bind(2, change.id)
                try write.run()
            }
            count += Int64(changes.count)
            if rows < batch { return count }
        }
    }

    /// Makes the unique index, joining findings until it can be; returns how many went into others, by tenant.
    private static func makeUnique(_ tenants: [StoredTenant], _ database: Database) throws -> [Int64: Int64] {
        let index = "CREATE UNIQUE INDEX finding_identity ON finding (tenant, fingerprint)"
        do {
            try database.execute(sql: index)
            return [:]
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // Some are one now; another index leads to them.
        }
        try database.execute(sql: "CREATE INDEX finding_twins ON finding (tenant, fingerprint)")
        var joined: [Int64: Int64] = [:]
        for tenant in tenants {
            let count = try join(tenant.number, database)
            if count > 0 { joined[tenant.number] = count }
        }
        try database.execute(sql: "DROP INDEX finding_twins")
        try database.execute(sql: index)
        return joined
    }

    private static func join(_ tenant: Int64, _ database: Database) throws -> Int64 {
        let twins = try SQLStatement(
            database,
            """
            SELECT fingerprint FROM finding WHERE tenant = ? AND fingerprint > ? GROUP BY fingerprint
            HAVING count(*) > 1 ORDER BY fingerprint LIMIT ?
            """)
        let rows = try FindingRows(database, tenant: tenant, nextOrdinal: 1)
        var after = Digest256.zero
        var count: Int64 = 0
        while true {
            var shared: [Digest256] = []
            twins.bind(1, tenant)
            twins.bind(2, after)
            twins.bind(3, batch)
            while try twins.step() { if let twin = Digest256(twins.bytes(0)) { shared.append(twin) } }
            twins.reset()
            guard let last = shared.last else { return count }
            for fingerprint in shared { count += try join(fingerprint, of: tenant, rows, database) }
            after = last
        }
    }

    private static func join(
        _ fingerprint: Digest256, of tenant: Int64, _ rows: borrowing FindingRows, _ database: Database
    ) throws -> Int64 {
        let ids = try Int64.fetchAll(
            database.cachedStatement(sql: "SELECT id FROM finding WHERE tenant = ? AND fingerprint = ? ORDER BY id"),
            arguments: [tenant, fingerprint.databaseValue])
        var findings: [StoredFinding] = []
        for id in ids {
            if let finding = try? rows.stored(id: id)?.finding {
                findings.append(finding)
            } else {
                // Damaged: it can be joined with nothing, and must not lie under another's identity.
                try database.execute(
                    sql: "UPDATE finding SET fingerprint = randomblob(32) WHERE id = ?", arguments: [id])
            }
        }
        guard findings.count > 1, let merged = FindingMerge.merged(findings) else { return 0 }
        try merged.statusReason.withUnsafeBytes { try rows.write(merged.state, reason: $0, to: merged.id) }
        for finding in findings where finding.id != merged.id {
            for table in ["finding", "finding_detail"] {
                try database.cachedStatement(sql: "DELETE FROM \(table) WHERE id = ?").execute(arguments: [finding.id])
            }
        }
        return Int64(findings.count - 1)
    }

    /// Stores the sum and the number of what the tenant's packs hold.
    private static func sumUp(_ tenant: StoredTenant, _ database: Database) throws {
        var digests = FindingDigest()
        var sum = RevisionSum()
        var inPacks: Int64 = 0
        let rows = try SQLStatement(
            database,
            """
            SELECT \(FindingRows.columns), fingerprint FROM finding
            WHERE id BETWEEN ? AND ? AND status <> \(FindingStatus.resolved.sql)
            """)
        let range = FindingKey.range(ofTenant: tenant.number)
        rows.bind(1, range.lowerBound)
        rows.bind(2, range.upperBound)
        while try rows.step() {
            guard let finding = try? FindingRows.finding(rows), finding.state.status.isInPacks,
                let fingerprint = Digest256(rows.bytes(11))
            else { continue }
            inPacks += 1
            finding.statusReason.withUnsafeBytes { reason in
                sum.add(
                    digests.row(
                        fingerprint: fingerprint, content: finding.content, state: finding.state, statusReason: reason))
            }
        }
        try database.execute(
            sql: "UPDATE tenant SET findings_revision = ?, findings_in_packs = ? WHERE number = ?",
            arguments: [sum.value.databaseValue, inPacks, tenant.number])
    }
}

/// A tenant as a migration sees it: what of its row can be read.
struct StoredTenant {
    var number: Int64
    var id: TenantID?
    var workspaceID: WorkspaceID?
    var externalID: TenantExternalID?
    var createdAt: UnixMillis?

    static func all(_ database: Database) throws -> [StoredTenant] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT t.number, t.id, t.external_id, t.created_at, w.id AS workspace_id
                FROM tenant t LEFT JOIN workspace w ON w.number = t.workspace ORDER BY t.number
                """
        ).compactMap { row in
            let row = row.of("tenant")
            guard let number = try? row.value("number") as Int64 else { return nil }
            return StoredTenant(
                number: number, id: try? row.value("id"), workspaceID: try? row.value("workspace_id"),
                externalID: try? row.value("external_id"),
                createdAt: try? row.value("created_at"))
        }
    }
}

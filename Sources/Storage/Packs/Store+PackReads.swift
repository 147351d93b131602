package import Bytes
package import Domain
import Foundation
import GRDB

extension Store {
    package func pack(_ id: PackID) async throws -> PackRecord? { try await read { try PackRecord.find(id, $0) } }

    /// The newest pack of a tenant in any status; nil when there is none.
    package func newestPack(of tenant: TenantID) async throws -> PackRecord? {
        try await read { database in
            try TenantKey.find(tenant, database).flatMap { try PackRecord.newest(of: $0.number, database) }
        }
    }

    /// Visible packs whose id begins or ends with the digits, newest first, at most `limit` and what fits into a page.
    package func packs(matching fragment: IDFragment, visible: VisibleScopes, limit: Int) async throws -> [PackRecord] {
        var query = Conditions()
        query.add("(hex(p.id) LIKE ? OR hex(p.id) LIKE ?)", [fragment.digits + "%", "%" + fragment.digits])
        let byDigits = query
        return try await read { database in
            var query = byDigits
            try query.add("p.tenant", isVisibleTo: visible, database)
            let sql = "\(PackRecord.select) \(query.whereClause) ORDER BY p.id DESC LIMIT \(limit)"
            let rows = try Row.fetchCursor(database, sql: sql, arguments: query.arguments)
            return try PageResult(
                limit: limit, reading: { try rows.next().map { try PackRecord(row: $0.of("review_pack")) } },
                bytes: \.listedBytes, cursor: \.id
            ).items
        }
    }

    /// Visible packs that meet the filter. Statuses are those that callers see at the page's instant.
    package func listPacks(
        _ filter: PackFilter, sort: PackSort, visible: VisibleScopes, page: PageRequest<PackCursor>
    ) async throws -> PageResult<PackRecord, PackCursor> {
        let asOf = page.after?.asOf ?? now()
        let status = """
            CASE WHEN p.status = \(PackStatus.ready.sql) AND p.expires_at <= \(asOf.rawValue) \
            THEN \(PackStatus.expired.sql) ELSE p.status END
            """
        let time = "ifnull(p.generated_at, p.created_at)"
        var query = Conditions()
        if let condition = visible.condition(on: "t") { query.add(condition.sql, condition.arguments) }
        query.add("t.id = ?", filter.tenantID)
        if !filter.statuses.isEmpty { query.add("(\(status))", in: filter.statuses.map(\.rawValue)) }
        query.add("p.generated_at >= ?", filter.generatedAfter)
        query.add("p.generated_at < ?", filter.generatedBefore)
        query.add("instr(t.folded_name, ?) > 0", filter.search?.lowercased())
        let order: String
        switch sort {
        case .generatedAt:
            order = "\(time) DESC, p.id DESC"
            if let after = page.after { query.add("(\(time), p.id) < (?, ?)", [after.time, after.id]) }
        case .status:
            order = "(\(status)), \(time) DESC, p.id DESC"
            if let after = page.after {
                query.add(
                    "((\(status)) > ? OR ((\(status)) = ? AND (\(time), p.id) < (?, ?)))",
                    [after.status, after.status, after.time, after.id])
            }
        }
        let sql = "\(PackRecord.select) \(query.whereClause) ORDER BY \(order) LIMIT \(page.limit + 1)"
        let arguments = query.arguments
        return try await read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            return try PageResult(
                limit: page.limit, reading: { try rows.next().map { try PackRecord(row: $0.of("review_pack")) } },
                bytes: \.listedBytes,
                cursor: { pack in
                    PackCursor(
                        asOf: asOf, status: pack.status(at: asOf), time: pack.generatedAt ?? pack.createdAt, id: pack.id
                    )
                })
        }
    }

    /// SHA-256 of each block of 1 MiB of a pack's file; empty when the pack has none.
    package func blockDigests(of pack: PackID) async throws -> [Digest256] {
        try await read { try BlockDigests.read(pack, $0) }
    }

    package func pack(_ id: PackID, inSight sight: @escaping Sight) async throws -> PackRecord? {
        try await read { database in
            guard try Place.pack.isIn(sight, id, database) else { return nil }
            return try PackRecord.find(id, database)
        }
    }

    /// Ready packs that expire after `now` and not after `limit`, in the order of their expiry; at most `count`, after
    /// the one that `after` names.
    package func packs(
        expiringAfter now: UnixMillis, until limit: UnixMillis, after last: PackRecord?, count: Int
    ) async throws -> PageResult<PackRecord, PackRecord> {
        let from = last?.expiresAt ?? now
        let id: PackID? = last?.id
        return try await read { [self] database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    \(PackRecord.select) WHERE p.status = \(PackStatus.ready.sql) AND p.expires_at <= ?1
                    AND (p.expires_at > ?2 OR p.expires_at = ?2 AND p.id > ?3) ORDER BY p.expires_at, p.id LIMIT ?4
                    """, arguments: [limit, from, id, count])
            let packs = try readablePacks(rows)
            return PageResult(items: packs, next: rows.count < count ? nil : packs.last)
        }
    }

    /// Those of the packs whose rows can be read.
    func readablePacks(_ rows: [Row]) throws -> [PackRecord] {
        try rows.compactMap { row in try ifReadable { try PackRecord(row: row.of("review_pack")) } }
    }
}

enum BlockDigests {
    static func read(_ pack: PackID, _ database: Database) throws -> [Digest256] {
        let bytes = try Data.fetchOne(
            database.cachedStatement(sql: "SELECT digests FROM pack_blocks WHERE pack = ?"), arguments: [pack])
        guard let bytes else { return [] }
        return stride(from: 0, to: bytes.count, by: 32).compactMap { Digest256(bytes.dropFirst($0).prefix(32)) }
    }
}

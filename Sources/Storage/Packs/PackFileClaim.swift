import Bytes
import Domain
import Foundation
import GRDB

/// What a ready pack's row says about its file.
struct PackFileClaim: Sendable {
    var id: PackID
    var name: String
    /// In bytes.
    var size: Int64
    var sha256: Digest256
    /// SHA-256 of each block of 1 MiB, one after the other; empty when there are none.
    var blocks: [UInt8]

    var blockCount: Int {
        let (whole, rest) = max(0, size).quotientAndRemainder(dividingBy: Int64(RenderedPack.blockSize))
        return Int(whole) + (rest > 0 ? 1 : 0)
    }
    var hasDigests: Bool { blocks.count % 32 == 0 && blocks.count / 32 == blockCount }

    /// A page of ready packs in the order of their ids, those after `last`.
    static func page(after last: PackID?, limit: Int, _ database: Database) throws -> [PackFileClaim] {
        try Row.fetchAll(
            database.cachedStatement(sql: "\(select) AND p.id > ? ORDER BY p.id LIMIT ?"),
            arguments: [last ?? PackID(high: 0, low: 0), limit]
        ).compactMap { PackFileClaim(row: $0.of("review_pack")) }
    }

    /// The claim of one pack; nil unless it is ready.
    static func find(_ id: PackID, _ database: Database) throws -> PackFileClaim? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) AND p.id = ?"), arguments: [id])
            .flatMap { PackFileClaim(row: $0.of("review_pack")) }
    }

    /// All ready packs, those that expire soonest first.
    static func soonestExpiring(_ database: Database) throws -> [PackFileClaim] {
        try Row.fetchAll(database, sql: "\(select) ORDER BY p.expires_at, p.id").compactMap {
            PackFileClaim(row: $0.of("review_pack"))
        }
    }

    private static let select = """
        SELECT p.id, p.file_path, p.file_size, p.sha256, b.digests
        FROM review_pack p LEFT JOIN pack_blocks b ON b.pack = p.id WHERE p.status = \(PackStatus.ready.sql)
        """

    /// Nil without an id, which nothing can be said about. A row that was changed by another program may lack whatever
    /// else the schema promises; then its file does not match it.
    private init?(row: StoredRow) {
        guard let id = try? row.value("id") as PackID else { return nil }
        self.id = id
        name = (try? row.value("file_path") as String) ?? ""
        size = (try? row.value("file_size") as Int64) ?? -1
        sha256 = (try? row.value("sha256") as Digest256) ?? .zero
        blocks = (try? row.value("digests") as Data).map { Array($0) } ?? []
    }
}

extension PackFileStore {
    /// Opens a ready pack's file; PACK_CORRUPTED when it is not there or has another size than its row says,
    /// IO_ERROR when the disk does not give it.
    package func openForReading(_ pack: PackRecord) throws -> PackFileReader {
        guard let name = pack.file, let size = pack.fileSize else {
            throw ProductError(.packNotReady, "the review pack has no file to download")
        }
        return try openForReading(pack.id, name, size: size)
    }

    /// Opens what a ready pack's row claims; PACK_CORRUPTED as above.
    func reader(of claim: PackFileClaim) throws -> PackFileReader {
        try openForReading(claim.id, claim.name, size: claim.size)
    }
}

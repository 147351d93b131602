import Crypto
import ReviewPackModel
import ReviewPackStore
import ReviewPackWire

/// A ready pack's file, read in blocks of 1 MiB of which none leaves before it matched its stored digest.
struct PackBlocks: Sendable {
    static let size = 1 << 20

    let pack: PackRecord
    let header: Proto.DownloadHeader
    let size: Int64
    private let digests: [Digest256]
    private let file: OpenPack

    init(_ pack: PackRecord, digests: [Digest256], store: Store) throws {
        guard let size = pack.fileSize, let sha256 = pack.sha256, let name = pack.downloadName,
            digests.count == Int((size + Int64(Self.size) - 1) / Int64(Self.size))
        else { throw Self.corrupted }
        // Of a pack of one block both digests are of the same bytes.
        guard digests.count != 1 || digests[0] == sha256 else { throw Self.corrupted }
        self.pack = pack
        self.size = size
        self.digests = digests
        var header = Proto.DownloadHeader()
        header.fileName = name
        header.contentType = "application/zip"
        header.size = size
        header.sha256 = sha256.bytes
        header.pack = pack.id.description
        self.header = header
        file = try OpenPack(store.files.openForReading(pack))
    }

    static let corrupted = ProductError(
        .packCorrupted, "the stored pack does not match its digests and was not sent; expire it and generate a new one")

    /// Whether this hash of the file from its first byte to its last is the announced one.
    func isWhole(_ hash: SHA256) -> Bool { hash.finalize() == header.sha256 }

    /// A whole block, and the hash of the file up to its end.
    func next(at offset: Int64, after hash: SHA256, _ context: CallContext) async throws -> ([UInt8], SHA256) {
        let block = try await read(at: offset, atMost: Self.size, context)
        let hashed = try await context.core.disk.run(for: context.caller.peer.uid) {
            var next = hash
            next.update(data: block)
            return next
        }
        return (block, hashed)
    }

    /// At most `count` bytes from `offset`, never past the end of the block that `offset` lies in.
    func read(at offset: Int64, atMost count: Int, _ context: CallContext) async throws -> [UInt8] {
        let index = Int(offset / Int64(Self.size))
        let start = Int64(index) * Int64(Self.size)
        let length = Int(min(Int64(Self.size), size - start))
        let digest = digests[index]
        let file = file
        let skip = Int(offset - start)
        do {
            return try await context.core.disk.run(for: context.caller.peer.uid) {
                let block = try file.block(at: start, count: length)
                guard SHA256.hash(data: block) == digest.bytes else { throw Self.corrupted }
                return skip == 0 && count >= block.count ? block : Array(block[skip...].prefix(count))
            }
        } catch let error as ProductError where error.reason == .packCorrupted {
            context.core.logger.critical(
                "a stored pack does not match its digests", metadata: ["pack": "\(pack.id)", "block": "\(index)"])
            throw error
        }
    }
}

/// Shares one open file among the reads of a download.
private final class OpenPack: Sendable {
    private let reader: PackFileReader

    init(_ reader: consuming PackFileReader) throws { self.reader = reader }

    func block(at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try reader.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            guard filled == count else { throw PackBlocks.corrupted }
        }
    }
}

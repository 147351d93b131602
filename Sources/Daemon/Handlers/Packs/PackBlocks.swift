import Bytes
import Crypto
import Domain
import ReviewPackAPI
import Storage
import Synchronization

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

    /// Throws PACK_CORRUPTED when the blocks are not together what the pack's own digest says.
    func admit(_ whole: RunningDigest, _ context: CallContext) throws {
        if whole.matches(header.sha256) { return }
        context.core.logger.critical(
            "the stored digest of a pack is not that of its blocks", metadata: ["pack": "\(pack.id)"])
        throw Self.corrupted
    }

    /// At most `count` bytes from `offset`, never past the end of the block that `offset` lies in.
    ///
    /// - Parameter whole: takes the bytes in, for one who reads from the first byte to the last.
    func read(
        at offset: Int64, atMost count: Int, addingTo whole: RunningDigest? = nil, _ context: CallContext
    ) async throws -> [UInt8] {
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
                whole?.add(block)
                return skip == 0 && count >= block.count ? block : Array(block[skip...].prefix(count))
            }
        } catch let error as ProductError where error.reason == .packCorrupted {
            context.core.logger.critical(
                "a stored pack does not match its digests", metadata: ["pack": "\(pack.id)", "block": "\(index)"])
            throw error
        }
    }
}

/// The SHA-256 of a file whose blocks come one after the other.
final class RunningDigest: Sendable {
    private let hash = Mutex(SHA256())

    func add(_ block: [UInt8]) { hash.withLock { $0.update(data: block) } }

    /// Whether the blocks so far are a whole whose digest is this one.
    func matches(_ digest: [UInt8]) -> Bool { hash.withLock { $0.finalize() == digest } }
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

import Bytes
import Crypto
import Domain
import Logging
import Storage

/// A ready pack's file, read in blocks of 1 MiB of which none leaves before it matched its stored digest.
///
/// A class, because the reads of one download share the open file.
final class PackBlocks: Sendable {
    let pack: PackRecord
    let fileName: String
    let size: Int64
    let sha256: Digest256
    private let digests: [Digest256]
    private let file: PackFileReader
    private let disk: DiskQueue
    private let uid: UInt32
    private let logger: Logger

    /// - Parameters:
    ///   - disk: whose threads read the file, in the turns of `uid`.
    ///   - logger: what a file that is not the published one is reported to.
    init(
        _ pack: PackRecord, digests: [Digest256], files: PackFileStore, disk: DiskQueue, uid: UInt32, logger: Logger
    ) throws {
        guard let size = pack.fileSize, let sha256 = pack.sha256, let fileName = pack.downloadName,
            digests.count == Int((size + Int64(RenderedPack.blockSize) - 1) / Int64(RenderedPack.blockSize))
        else { throw Self.corrupted }
        // Of a pack of one block both digests are of the same bytes.
        guard digests.count != 1 || digests[0] == sha256 else { throw Self.corrupted }
        self.pack = pack
        self.fileName = fileName
        self.size = size
        self.sha256 = sha256
        self.digests = digests
        self.disk = disk
        self.uid = uid
        self.logger = logger
        file = try files.openForReading(pack)
    }

    static let corrupted = ProductError(
        .packCorrupted, "the stored pack does not match its digests and was not sent; expire it and generate a new one")

    /// Throws PACK_CORRUPTED when the blocks are not together what the pack's own digest says.
    func admit(_ whole: SHA256) throws {
        if Digest256(whole.finalize()) == sha256 { return }
        logger.critical("the stored digest of a pack is not that of its blocks", metadata: ["pack": "\(pack.id)"])
        throw Self.corrupted
    }

    /// At most `count` bytes from `offset`, never past the end of the block that `offset` lies in.
    func read(at offset: Int64, atMost count: Int) async throws -> [UInt8] {
        var none: SHA256?
        return try await read(at: offset, atMost: count, addingTo: &none)
    }

    /// The same.
    ///
    /// - Parameter whole: takes the block in, for one who reads from the first byte to the last.
    func read(at offset: Int64, atMost count: Int, addingTo whole: inout SHA256?) async throws -> [UInt8] {
        let index = Int(offset / Int64(RenderedPack.blockSize))
        let start = Int64(index) * Int64(RenderedPack.blockSize)
        let length = Int(min(Int64(RenderedPack.blockSize), size - start))
        let skip = Int(offset - start)
        do {
            // Hashed on the disk's thread, too: neither an event loop nor the cooperative pool takes a millisecond for
            // it.
            let (chunk, sum) = try await disk.run(for: uid) { [self, whole] in
                let block = try block(at: start, count: length)
                guard Digest256(hashing: block) == digests[index] else { throw Self.corrupted }
                var sum = whole
                sum?.update(data: block)
                return (skip == 0 && count >= block.count ? block : Array(block[skip...].prefix(count)), sum)
            }
            whole = sum
            return chunk
        } catch let error as ProductError where error.reason == .packCorrupted {
            logger.critical(
                "a stored pack does not match its digests", metadata: ["pack": "\(pack.id)", "block": "\(index)"])
            throw error
        }
    }

    private func block(at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            guard filled == count else { throw Self.corrupted }
        }
    }
}

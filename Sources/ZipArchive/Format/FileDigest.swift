package import Bytes
import Crypto
import Glibc

/// The sums of a finished file: its size, its SHA-256, and one SHA-256 for each block of 1 MiB.
package struct FileDigest: Equatable, Sendable {
    /// Size of the file in bytes.
    package let size: UInt64
    /// SHA-256 of the whole file.
    package let sha256: Digest256
    /// SHA-256 of each block.
    package let blocks: BlockSums

    /// Reads the whole file once, from its first byte, without moving its position; the descriptor is borrowed.
    package init(descriptor: CInt) throws(ZipError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: BlockSums.blockSize, alignment: 64)
        defer { buffer.deallocate() }
        var whole = SHA256()
        var sums: [UInt8] = []
        var size: UInt64 = 0
        while true {
            let count = try PositionedIO.read(into: buffer, from: descriptor, at: size)
            if count == 0 { break }
            let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            whole.update(bufferPointer: block)
            Digest256(hashing: block).withBytes { sums.append(contentsOf: $0) }
            size += UInt64(count)
        }
        self.size = size
        sha256 = Digest256(whole.finalize())
        blocks = BlockSums(checked: sums)
    }
}

/// The SHA-256 of each block of a file, 32 bytes a block in the file's order; the last block may be shorter.
package struct BlockSums: Equatable, Sendable {
    /// Bytes in every block but the last.
    package static let blockSize = 1 << 20

    /// The sums one after the other, as they are stored.
    package let bytes: [UInt8]

    /// Takes stored sums back; nil when the length is no multiple of 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: Digest256.byteCount) else { return nil }
        self.bytes = bytes
    }

    init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many blocks the file has.
    package var count: Int { bytes.count / Digest256.byteCount }

    /// Whether `block` is, in length and content, block `index` of the file; false for an index that does not exist.
    package func matches(_ block: UnsafeRawBufferPointer, at index: Int) -> Bool {
        guard (0..<count).contains(index) else { return false }
        let sum = bytes[(index * Digest256.byteCount)...].prefix(Digest256.byteCount)
        return Digest256(hashing: block) == Digest256(sum)
    }
}

internal import CZlib

/// The buffers of one block on its way through the compressor: what came before it, its content, its compressed form.
///
///     input    | dictionary, 0...32768 | content, 0...262144 |
///     output   | compressed block                            |
///
/// Invariants
/// 1. The dictionary ends where the content begins, so that both are one run of the member's bytes.
/// 2. One thread at a time uses a slot: the producer until it submits the block, then the worker that claimed it,
///    then the producer again. ``BlockPipeline`` hands it over under its monitor. The one exception only reads: the
///    producer copies the content's tail, as the next block's dictionary, while a worker may be compressing it.
final class BlockSlot: @unchecked Sendable {
    // Sendable: invariant 2.

    /// Bytes of content in every block but the last. Part of the container's format: it decides the bytes.
    static let blockSize = 256 * 1024
    /// How far deflate looks back (RFC 1951: 32 KiB), hence how much of the content before a block can help it.
    static let windowSize = 32 * 1024

    private let input: UnsafeMutableRawPointer
    private let output: UnsafeMutableRawPointer
    private let outputCapacity: Int
    private var dictionaryCount = 0
    private var contentCount = 0
    private var compressedCount = 0
    /// CRC-32 of the content, set by ``compress(with:last:)``.
    private(set) var checksum: UInt = 0

    init() {
        // Blocks that do not shrink grow by 5 bytes for each 16 KiB stored, and the flush adds an empty block of 5:
        // one part in 1024 is three times that.
        outputCapacity = Self.blockSize + Self.blockSize / 1024 + 64
        input = .allocate(byteCount: Self.windowSize + Self.blockSize, alignment: 64)
        output = .allocate(byteCount: outputCapacity, alignment: 64)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }

    var isFull: Bool { contentCount == Self.blockSize }

    /// The bytes of the member that this block holds.
    var content: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: input + Self.windowSize, count: contentCount)
    }

    /// The bytes that ``compress(with:last:)`` made of them.
    var compressed: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: output, count: compressedCount)
    }

    /// The content before this block that deflate may refer back to.
    var dictionary: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: input + Self.windowSize - dictionaryCount, count: dictionaryCount)
    }

    /// Empties the slot for the block that follows `previous`, which is full.
    func begin(after previous: BlockSlot) {
        let tail = previous.content.suffix(Self.windowSize)
        dictionaryCount = tail.count
        contentCount = 0
        compressedCount = 0
        let start = input + Self.windowSize - dictionaryCount
        UnsafeMutableRawBufferPointer(start: start, count: dictionaryCount)
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: tail))
    }

    /// Takes as many bytes as there is room for and returns how many.
    func fill(from bytes: UnsafeRawBufferPointer) -> Int {
        let count = min(bytes.count, Self.blockSize - contentCount)
        UnsafeMutableRawBufferPointer(start: input + Self.windowSize + contentCount, count: count)
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
        contentCount += count
        return count
    }

    /// Compresses and checksums the content.
    func compress(with deflater: borrowing Deflater, last: Bool) throws(ZipError) {
        checksum = crc32_z(0, content.bindMemory(to: UInt8.self).baseAddress, contentCount)
        compressedCount = try deflater.compress(
            content, dictionary: dictionary, last: last,
            into: UnsafeMutableRawBufferPointer(start: output, count: outputCapacity))
    }
}

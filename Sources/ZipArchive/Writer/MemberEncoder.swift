import Bytes
internal import CZlib
import Crypto

/// Turns a member's content into its compressed form and its sums, block by block.
///
/// Invariants
/// 1. Nothing reaches the sink before a second block begins. A member of at most one block is compressed by the
///    calling thread, and stands as it is (method 0) unless deflate makes it smaller.
/// 2. A longer member is deflated (method 8) by worker threads, even where that makes it longer.
/// 3. So the method and the bytes depend on the content and the level alone.
/// 4. After an error the worker threads are gone, and every further call throws the same error.
struct MemberEncoder: ~Copyable {
    private let options: ZipOptions
    /// The block being filled.
    private(set) var slot = BlockSlot()
    private var pipeline: BlockPipeline?
    private var hasher = SHA256()
    private var size: UInt64 = 0
    private var compressedSize: UInt64 = 0
    private var checksum: UInt = 0
    private var fault: ZipError?

    init(options: ZipOptions) {
        self.options = options
    }

    /// Takes content of any length; what is compressed meanwhile goes to `sink`.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, to sink: inout some ByteSink & ~Copyable
    ) throws(ZipError) {
        try guarded { encoder throws(ZipError) in
            encoder.hasher.update(bufferPointer: bytes)
            encoder.size += UInt64(bytes.count)
            var rest = bytes
            while !rest.isEmpty {
                if encoder.slot.isFull { try encoder.beginNextBlock(&sink) }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(encoder.slot.fill(from: rest)))
            }
        }
    }

    /// Compresses what remains and gives the sums.
    mutating func finish(_ name: String, to sink: inout some ByteSink & ~Copyable) throws(ZipError) -> MemberSummary {
        var method = CompressionMethod.deflated
        try guarded { encoder throws(ZipError) in
            if encoder.pipeline == nil {
                method = try encoder.finishSingleBlock(&sink)
            } else {
                encoder.pipeline?.submit(last: true)
                while encoder.pipeline?.isEmpty == false { try encoder.drainBlock(&sink) }
                encoder.pipeline = nil
            }
        }
        assert(method == .deflated || compressedSize == size, "a stored member stands as it is")
        return MemberSummary(
            name: name, method: method, size: size, compressedSize: compressedSize,
            crc32: UInt32(truncatingIfNeeded: checksum), sha256: Digest256(hasher.finalize()))
    }

    /// The full slot is not the last one: hands it over and takes the next.
    private mutating func beginNextBlock(_ sink: inout some ByteSink & ~Copyable) throws(ZipError) {
        if pipeline == nil { pipeline = try BlockPipeline(options: options, first: slot) }
        pipeline?.submit(last: false)
        if pipeline?.isFull == true { try drainBlock(&sink) }
        if let next = pipeline?.nextSlot() { slot = next }
    }

    private mutating func drainBlock(_ sink: inout some ByteSink & ~Copyable) throws(ZipError) {
        guard let block = try pipeline?.drainedBlock() else { return }
        try sink.append(block.compressed)
        compressedSize += UInt64(block.compressed.count)
        checksum = crc32_combine(checksum, block.checksum, block.content.count)
    }

    private mutating func finishSingleBlock(
        _ sink: inout some ByteSink & ~Copyable
    ) throws(ZipError) -> CompressionMethod {
        // Deflate never shortens nothing: spare it the memory.
        if !slot.content.isEmpty {
            try slot.compress(with: try Deflater(level: options.level), last: true)
        }
        let method: CompressionMethod = slot.compressed.count < slot.content.count ? .deflated : .stored
        let bytes = method == .deflated ? slot.compressed : slot.content
        try sink.append(bytes)
        compressedSize = UInt64(bytes.count)
        checksum = slot.checksum
        return method
    }

    /// Invariant 4.
    private mutating func guarded(
        _ body: (inout MemberEncoder) throws(ZipError) -> Void
    ) throws(ZipError) {
        if let fault { throw fault }
        do {
            try body(&self)
        } catch {
            pipeline = nil
            fault = error
            throw error
        }
    }
}

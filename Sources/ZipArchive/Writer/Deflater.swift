internal import CZlib

/// A zlib stream that compresses independent blocks of raw deflate data (RFC 1951); owned by one thread.
struct Deflater: ~Copyable {
    // zlib keeps the stream's address in its own state: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Throws ``ZipError/deflate(status:)`` when memory runs out (about 264 KiB are taken) or the level is none.
    init(level: Int32) throws(ZipError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // -15: raw deflate with a window of 2^15 bytes. 8: zlib's default for its own memory.
        let status = deflateInit2_(
            stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            stream.deallocate()
            throw .deflate(status: status)
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses one block and returns the number of bytes written to `output`.
    ///
    /// The outcome depends on the arguments and the level alone, not on the blocks that this stream saw before: it is
    /// reset, and `dictionary` stands in for what came before. Each block but the last ends at a byte boundary
    /// (`Z_SYNC_FLUSH`), so that blocks put end to end are one deflate stream.
    ///
    /// `output` must have room for the block as it is and a little more, see ``BlockSlot``.
    borrowing func compress(
        _ content: UnsafeRawBufferPointer, dictionary: UnsafeRawBufferPointer, last: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(ZipError) -> Int {
        try check(deflateReset(stream), is: Z_OK)
        if !dictionary.isEmpty {
            let bytes = dictionary.bindMemory(to: Bytef.self)
            try check(deflateSetDictionary(stream, bytes.baseAddress, uInt(bytes.count)), is: Z_OK)
        }
        // zlib declares its input as mutable and does not write to it.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: content.bindMemory(to: Bytef.self).baseAddress)
        stream.pointee.avail_in = uInt(content.count)
        stream.pointee.next_out = output.bindMemory(to: Bytef.self).baseAddress
        stream.pointee.avail_out = uInt(output.count)
        try check(deflate(stream, last ? Z_FINISH : Z_SYNC_FLUSH), is: last ? Z_STREAM_END : Z_OK)
        // A flush that filled the output may have more to say: that would be an output buffer that is too small.
        guard stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else { throw .deflate(status: Z_BUF_ERROR) }
        return output.count - Int(stream.pointee.avail_out)
    }

    private func check(_ status: Int32, is expected: Int32) throws(ZipError) {
        guard status == expected else { throw .deflate(status: status) }
    }
}

/// The version of the zlib that compresses, such as `1.2.13`: other builds may give other bytes for the same content,
/// so `metadata.json` names it.
package let zlibVersion = String(cString: CZlib.zlibVersion())

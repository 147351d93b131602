internal import CZlib

/// A zlib stream that inflates one raw deflate stream (RFC 1951).
struct Inflater: ~Copyable {
    // zlib keeps the stream's address in its own state: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    enum Outcome: Equatable {
        /// The output is full or the input used up.
        case more
        case streamEnded
        case damaged
    }

    /// Nil when memory runs out (about 44 KiB are taken).
    init?() {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // -15: raw deflate with a window of 2^15 bytes.
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Goes on from `input` into `output`, and says how much of each was used.
    borrowing func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (outcome: Outcome, consumed: Int, produced: Int) {
        // zlib declares its input as mutable and does not write to it.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: Bytef.self).baseAddress)
        stream.pointee.avail_in = uInt(input.count)
        stream.pointee.next_out = output.bindMemory(to: Bytef.self).baseAddress
        stream.pointee.avail_out = uInt(output.count)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let outcome: Outcome =
            switch status {
            case Z_STREAM_END: .streamEnded
            // Z_BUF_ERROR: no progress was possible, which is no damage yet.
            case Z_OK, Z_BUF_ERROR: .more
            default: .damaged
            }
        return (outcome, input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out))
    }
}

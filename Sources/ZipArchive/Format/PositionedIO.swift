import Glibc

/// Whole reads and writes at a position: interrupted and short calls are continued (pread(2), pwrite(2)).
enum PositionedIO {
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at offset: UInt64) throws(ZipError) {
        let done = try complete(bytes.count, "pwrite") { done in
            pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
        }
        // A call that takes nothing and reports nothing would be repeated for ever.
        guard done == bytes.count else { throw .io(operation: "pwrite", errno: EIO) }
    }

    /// Reads until the buffer is full or the file ends, and returns how many bytes came.
    static func read(
        into buffer: UnsafeMutableRawBufferPointer, from descriptor: CInt, at offset: UInt64
    ) throws(ZipError) -> Int {
        try complete(buffer.count, "pread") { done in
            pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
        }
    }

    /// Calls `transfer` with the count done so far until `count` bytes are done or it returns 0 (for a read, the end of
    /// the file).
    static func complete(_ count: Int, _ operation: String, _ transfer: (Int) -> Int) throws(ZipError) -> Int {
        var done = 0
        while done < count {
            let moved = transfer(done)
            if moved > 0 {
                done += moved
            } else if moved == 0 {
                break
            } else if errno != EINTR {
                throw .io(operation: operation, errno: errno)
            }
        }
        return done
    }
}

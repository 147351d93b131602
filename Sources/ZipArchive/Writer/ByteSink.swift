import Glibc

/// Where compressed bytes go, in order.
protocol ByteSink: ~Copyable {
    /// Takes all the bytes or throws; after an error what was taken is undefined.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ZipError)
}

/// The rest of a file from `offset` on, written by position; the descriptor stays its owner's.
struct FileSink: ByteSink {
    let descriptor: CInt
    /// Where the next byte goes.
    var offset: UInt64

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
        try PositionedIO.write(bytes, to: descriptor, at: offset)
        offset += UInt64(bytes.count)
    }

    mutating func append(_ bytes: [UInt8]) throws(ZipError) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(ZipError) in try append(bytes) }
    }

    /// Moves the last `count` bytes before `offset` on by `distance`, and `offset` with them.
    mutating func moveTail(of count: UInt64, by distance: UInt64) throws(ZipError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        // From the end backwards, so that no byte is overwritten before it was read.
        var end = offset
        var left = count
        while left > 0 {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(UInt64(buffer.count), left))])
            end -= UInt64(piece.count)
            left -= UInt64(piece.count)
            guard try PositionedIO.read(into: piece, from: descriptor, at: end) == piece.count else {
                throw .io(operation: "pread", errno: EIO)
            }
            try PositionedIO.write(UnsafeRawBufferPointer(piece), to: descriptor, at: end + distance)
        }
        offset += distance
    }
}

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

    /// Calls `transfer` with the count done so far until `count` bytes are done or it returns 0 (for a read, the end of the file).
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

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

import Glibc

/// The archive that is read: a file, by position, or bytes in memory.
struct ByteSource: Sendable {
    private enum Storage {
        case descriptor(CInt)
        case bytes([UInt8])
    }

    private let storage: Storage
    /// Size in bytes when reading began; a file that shrinks later gives a read error.
    let size: UInt64

    init(bytes: [UInt8]) {
        storage = .bytes(bytes)
        size = UInt64(bytes.count)
    }

    /// Borrows a descriptor of a regular file.
    init(descriptor: CInt) throws(ZipReadError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .readFailed(errorText(errno), at: 0) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .readFailed("not a regular file", at: 0) }
        storage = .descriptor(descriptor)
        size = UInt64(max(0, status.st_size))
    }

    /// Fills the buffer from `position` on; a range that does not lie within the source is refused.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: UInt64) throws(ZipReadError) {
        try checkRange(position, buffer.count)
        switch storage {
        case .bytes(let bytes):
            let start = Int(position)
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + buffer.count]))
            }
        case .descriptor(let descriptor):
            let count: Int
            do {
                count = try PositionedIO.read(into: buffer, from: descriptor, at: position)
            } catch {
                throw .readFailed("\(error)", at: position)
            }
            guard count == buffer.count else { throw .readFailed("the file was cut while it was read", at: position) }
        }
    }

    /// A record of `count` bytes, ready to be parsed.
    func record(at position: UInt64, count: Int) throws(ZipReadError) -> RecordCursor {
        // Before memory is taken for it.
        try checkRange(position, count)
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try raw.withUnsafeMutableBytes { buffer throws(ZipReadError) in try read(into: buffer, at: position) }
        return RecordCursor(bytes, at: position)
    }

    private func checkRange(_ position: UInt64, _ count: Int) throws(ZipReadError) {
        guard position <= size, UInt64(count) <= size - position else {
            throw ZipReadError(
                reason: .wrongLayout, position: position, member: nil, detail: "the file ends before this record")
        }
    }
}

extension ZipReadError {
    fileprivate static func readFailed(_ detail: String, at position: UInt64) -> ZipReadError {
        ZipReadError(reason: .readFailed, position: position, member: nil, detail: detail)
    }
}

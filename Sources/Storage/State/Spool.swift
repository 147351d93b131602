import Glibc
import SystemIO

/// An append-only file without a name, written through a buffer.
final class Spool {
    private let file: OwnedDescriptor
    private var buffer: [UInt8] = []
    private(set) var size: Int64 = 0

    init(_ file: consuming OwnedDescriptor) {
        self.file = file
        buffer.reserveCapacity(1 << 20)
    }

    var descriptor: Int32 { file.raw }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        if buffer.count + bytes.count > 1 << 20 { try flush() }
        buffer.append(contentsOf: bytes)
        size += Int64(bytes.count)
    }

    func flush() throws(SystemError) {
        var done = 0
        while done < buffer.count {
            let written = buffer.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[done...])
                return write(file.raw, rest.baseAddress, rest.count)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw SystemError(errno, "write")
            }
            done += written
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Reads `count` bytes back from `offset`; they must be flushed.
    func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        assert(offset + Int64(count) <= size - Int64(buffer.count))
        return try [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            while filled < count {
                let rest = UnsafeMutableBufferPointer(rebasing: bytes[filled..<count])
                let got = pread(file.raw, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { throw SystemError(got < 0 ? errno : EIO, "pread") }
                filled += got
            }
        }
    }
}

import Glibc

/// Compressed bytes that wait for their place in the archive: in memory while they are few, then in a file without a
/// name, which the kernel removes with its descriptor whatever happens to the process.
struct Spool: ByteSink, ~Copyable {
    /// Bytes kept in memory before a file is made.
    static let memoryLimit = 1 << 20

    private let directory: String
    private var memory: [UInt8] = []
    private var file: FileSink?

    /// `directory` is an existing folder on a disk that may hold the compressed member.
    init(directory: String) {
        self.directory = directory
    }

    deinit {
        if let file { close(file.descriptor) }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
        if file == nil {
            if memory.count + bytes.count <= Self.memoryLimit {
                memory.append(contentsOf: bytes)
                return
            }
            try moveToFile()
        }
        try file?.append(bytes)
    }

    /// Copies all the bytes to another sink.
    borrowing func copy(to sink: inout some ByteSink) throws(ZipError) {
        guard let file else {
            return try memory.span.bytes.withUnsafeBytes { bytes throws(ZipError) in try sink.append(bytes) }
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 64)
        defer { buffer.deallocate() }
        var position: UInt64 = 0
        while position < file.offset {
            let wanted = Int(min(UInt64(buffer.count), file.offset - position))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            // The file has no name, so nobody can have made it shorter.
            guard try PositionedIO.read(into: piece, from: file.descriptor, at: position) == wanted else {
                throw .io(operation: "pread", errno: EIO)
            }
            try sink.append(UnsafeRawBufferPointer(piece))
            position += UInt64(wanted)
        }
    }

    private mutating func moveToFile() throws(ZipError) {
        var file = FileSink(descriptor: try Self.openUnnamed(in: directory), offset: 0)
        // From here on `deinit` closes it, whatever happens to the first write.
        self.file = file
        try file.append(memory)
        self.file = file
        memory = []
    }

    private static func openUnnamed(in directory: String) throws(ZipError) -> CInt {
        // O_TMPFILE of open(2): a macro that Swift does not import; the first bit is the same on every architecture
        // that Debian builds for but alpha, hppa and sparc.
        let unnamed = 0o20_000_000 | O_DIRECTORY
        let descriptor = open(directory, unnamed | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { return descriptor }
        // What kernels answer whose file system (overlayfs before 6.3, NFS) has no unnamed files.
        guard errno == EOPNOTSUPP || errno == EISDIR else { throw .io(operation: "open", errno: errno) }
        return try openUnlinked(in: directory)
    }

    /// The older way: a named file whose name is removed at once. A crash in between leaves an empty file `.spool-*`.
    static func openUnlinked(in directory: String) throws(ZipError) -> CInt {
        // 64 random bits: a name that is taken is another's file and an error, not a reason to try again.
        let path = directory + "/.spool-" + String(UInt64.random(in: .min ... .max), radix: 16)
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .io(operation: "open", errno: errno) }
        guard unlink(path) == 0 else {
            let fault = ZipError.io(operation: "unlink", errno: errno)
            close(descriptor)
            throw fault
        }
        return descriptor
    }
}

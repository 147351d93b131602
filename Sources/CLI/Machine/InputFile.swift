import Glibc
import ReviewPackClient

/// A file to read, opened once; closed with its last reference.
final class InputFile {
    let descriptor: CInt
    let path: String
    /// The size of a regular file; nil for a pipe or a device.
    let size: Int64?
    /// Whether its group or everybody may read it.
    let isReadableByOthers: Bool

    /// Throws with exit 66 when there is no such file or it cannot be opened.
    init(path: String) throws(ClientError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.noInput(path, ClientError.words(errno: errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.noInput(path, ClientError.words(errno: errno)) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw Self.noInput(path, "it is a directory") }
        size = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
        isReadableByOthers = status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o044 != 0
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Everything in the file, at most `limit` bytes.
    func contents(limit: Int) async throws(ClientError) -> [UInt8] {
        let bytes = try await DescriptorSource(descriptor: descriptor, name: path).all(limit: limit)
        // The file must stay open until the last read.
        return withExtendedLifetime(self) { bytes }
    }

    private static func noInput(_ path: String, _ why: String) -> ClientError {
        .fault(.noInput, "cannot open \(path): \(why)", advice: "check the file's name and permissions")
    }
}

extension ByteSource {
    /// Everything to the end, at most `limit` bytes; more is bad data.
    func all(limit: Int) async throws(ClientError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let next = try await read(upTo: min(1 << 16, limit + 1 - bytes.count))
            if next.isEmpty { return bytes }
            bytes += next
        }
        throw .fault(.badData, "the input has more than \(limit) bytes", advice: "check that it is the right file")
    }
}

import Foundation
import Testing

/// A folder of its own for one test, removed with everything in it when the test lets go of it.
final class ScratchFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("zip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What is in it, hidden files too.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

    /// Creates an empty file for writing and reading.
    func newFile(_ name: String = "a.zip") throws -> OpenFile {
        try OpenFile(path + "/" + name, O_RDWR | O_CREAT | O_EXCL)
    }

    func newFile(_ name: String = "a.zip", holding bytes: [UInt8]) throws -> OpenFile {
        let file = try newFile(name)
        try #require(pwrite(file.descriptor, bytes, bytes.count, 0) == bytes.count)
        return file
    }
}

/// An open file that is closed with its owner.
final class OpenFile {
    let path: String
    let descriptor: CInt

    init(_ path: String, _ flags: CInt) throws {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// All its bytes.
    func contents() throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

import Foundation
import TestTags
import Testing

@testable import ZipArchive

@Suite("A spool", .tags(.packs))
struct SpoolTests {
    @Test(
        "keeps little in memory and much in a file without a name, and gives both back",
        arguments: [
            0, 1, Spool.memoryLimit, Spool.memoryLimit + 1, 3 * Spool.memoryLimit + 7,
        ])
    func keeps(_ count: Int) throws {
        let folder = try ScratchFolder()
        let content = Content.noise(count)
        var spool = Spool(directory: folder.path)
        for piece in Content.pieces(content, of: 100_003) { try spool.append(piece) }
        #expect(folder.names.isEmpty)
        let file = try folder.newFile()
        var sink = FileSink(descriptor: file.descriptor, offset: 0)
        try spool.copy(to: &sink)
        expectSame(try file.contents(), content)
        #expect(sink.offset == UInt64(count))
    }

    @Test("that needs a file in a folder that is not there says so")
    func noFolder() throws {
        var spool = Spool(directory: "/nowhere")
        #expect(throws: ZipError.io(operation: "open", errno: ENOENT)) {
            try spool.append(Content.noise(Spool.memoryLimit + 1))
        }
    }

    @Test("has a way for file systems without unnamed files, which leaves no name either")
    func unlinked() throws {
        let folder = try ScratchFolder()
        let descriptor = try Spool.openUnlinked(in: folder.path)
        defer { close(descriptor) }
        #expect(folder.names.isEmpty)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        #expect(status.st_nlink == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(throws: ZipError.io(operation: "open", errno: ENOENT)) { _ = try Spool.openUnlinked(in: "/nowhere") }
    }

    @Test("is freed with the compressed member that holds it")
    func closes() throws {
        let folder = try ScratchFolder()
        let before = try descriptorsInto(folder)
        do {
            var compressor = try MemberCompressor(name: "n", options: .standard, spoolDirectory: folder.path)
            try compressor.write(Content.noise(3 * Spool.memoryLimit))
            let member = try compressor.finish()
            #expect(member.summary.size == UInt64(3 * Spool.memoryLimit))
            #expect(try descriptorsInto(folder) == before + 1)
        }
        #expect(try descriptorsInto(folder) == before)
    }

    /// How many of this process's descriptors are of files in a folder, named or not.
    private func descriptorsInto(_ folder: ScratchFolder) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { descriptor in
            var path = [CChar](repeating: 0, count: 4096)
            // One of another test may be closed by now.
            return readlink("/proc/self/fd/\(descriptor)", &path, path.count - 1) > 0
                && String(decoding: path.map(UInt8.init(bitPattern:)), as: UTF8.self).hasPrefix(folder.path + "/")
        }
    }
}

extension Spool {
    fileprivate mutating func append(_ bytes: [UInt8]) throws(ZipError) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(ZipError) in try append(bytes) }
    }
}

@Suite("Whole transfers", .tags(.packs))
struct PositionedIOTests {
    @Test("go on after interrupted and short calls")
    func goesOn() throws {
        // What each call answers: interrupted, 1 byte, interrupted twice, the rest.
        var answers = [-1, 1, -1, -1, 4]
        var asked: [Int] = []
        let done = try PositionedIO.complete(5, "pwrite") { done in
            asked.append(done)
            errno = EINTR
            return answers.removeFirst()
        }
        #expect(done == 5)
        #expect(asked == [0, 0, 1, 1, 1])
    }

    @Test("end with the file, and throw what is no interruption")
    func ends() throws {
        var answers = [3, 0]
        #expect(try PositionedIO.complete(5, "pread") { _ in answers.removeFirst() } == 3)
        #expect(throws: ZipError.io(operation: "pread", errno: EIO)) {
            try PositionedIO.complete(5, "pread") { _ in
                errno = EIO
                return -1
            }
        }
    }

    @Test("of the tail of a file move every byte, however far they overlap", arguments: [0, 1, 19, 20, 21, 2_500_000])
    func movesTail(_ count: Int) throws {
        let content = Content.noise(count)
        let folder = try ScratchFolder()
        let file = try folder.newFile(holding: [1, 2, 3] + content)
        var sink = FileSink(descriptor: file.descriptor, offset: UInt64(3 + count))
        try sink.moveTail(of: UInt64(count), by: 20)
        #expect(sink.offset == UInt64(23 + count))
        let moved = try file.contents()
        #expect(Array(moved.prefix(3)) == [1, 2, 3])
        if count > 0 { expectSame(Array(moved.dropFirst(23)), content) }
    }
}

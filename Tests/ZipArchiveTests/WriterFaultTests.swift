import Foundation
import TestTags
import Testing

@testable import ZipArchive

@Suite("The writer's faults", .tags(.packs))
struct WriterFaultTests {
    private static let long = Content.noise(10 * BlockSlot.blockSize)

    @Test("a full disk at the first write is io with ENOSPC, and storage is said to be full", arguments: Route.allCases)
    func fullDisk(_ route: Route) throws {
        let full = try OpenFile("/dev/full", O_RDWR)
        let error = #expect(throws: ZipError.self) {
            try writeArchive([Named("a", Self.long)], to: full, by: route)
        }
        #expect(error == .io(operation: "pwrite", errno: ENOSPC))
        #expect(error?.isStorageFull == true)
        #expect(error?.reason == "storage_full")
    }

    @Test("a disk that fills up in the middle of a member stops it, and every later call says so again")
    func fillsUp() throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        let full = try OpenFile("/dev/full", O_RDWR)
        var zip = try ZipWriter(descriptor: file.descriptor, options: .standard)
        try zip.beginMember("a")
        try zip.write(Self.long)
        // From here on the same descriptor leads to a device without room.
        try #require(dup2(full.descriptor, file.descriptor) == file.descriptor)
        let wanted = ZipError.io(operation: "pwrite", errno: ENOSPC)
        #expect(throws: wanted) { try zip.write(Self.long) }
        #expect(throws: wanted) { try zip.write(Self.long) }
        #expect(throws: wanted) { _ = try zip.endMember() }
        #expect(throws: wanted) { try zip.beginMember("b") }
        #expect(refusal(toFinish: zip) == wanted)
    }

    @Test("other errors of the disk are no full storage")
    func otherErrors() throws {
        #expect(!ZipError.io(operation: "pwrite", errno: EIO).isStorageFull)
        #expect(ZipError.io(operation: "pwrite", errno: EIO).reason == "io_error")
        #expect(ZipError.io(operation: "pwrite", errno: EDQUOT).isStorageFull)
        #expect(!ZipError.thread(errno: ENOSPC).isStorageFull)
    }

    @Test("a fault inside a worker thread reaches the caller", arguments: [1, 3])
    func workerFault(_ threads: Int) throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        let options = ZipOptions(unchecked: 42, threads: threads)
        var zip = try ZipWriter(descriptor: file.descriptor, options: options)
        try zip.beginMember("a")
        // Z_STREAM_ERROR: zlib knows no level 42.
        #expect(throws: ZipError.deflate(status: -2)) { try zip.write(Self.long) }
        #expect(throws: ZipError.deflate(status: -2)) { _ = try zip.endMember() }
    }

    @Test(
        "an output that cannot be written by position is refused at once",
        arguments: [
            O_RDONLY, O_WRONLY, O_RDWR | O_APPEND,
        ])
    func unusableOutput(_ flags: CInt) throws {
        let folder = try ScratchFolder()
        let file = try OpenFile(try folder.newFile().path, flags)
        let error = #expect(throws: ZipError.self) {
            _ = try ZipWriter(descriptor: file.descriptor, options: .standard)
        }
        #expect(error?.reason == "unusable_output")
    }

    @Test("an output that holds bytes already is refused at once")
    func usedOutput() throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile(holding: [1])
        let error = #expect(throws: ZipError.self) {
            _ = try ZipWriter(descriptor: file.descriptor, options: .standard)
        }
        #expect(error?.reason == "unusable_output")
        #expect(throws: ZipError.io(operation: "fcntl", errno: EBADF)) {
            _ = try ZipWriter(descriptor: -1, options: .standard)
        }
    }

    @Test("calls out of order are refused")
    func outOfOrder() throws {
        let folder = try ScratchFolder()
        func expectRefusal(_ calls: (inout ZipWriter) throws -> Void) throws {
            let file = try folder.newFile(UUID().uuidString)
            var zip = try ZipWriter(descriptor: file.descriptor, options: .standard)
            let error = #expect(throws: ZipError.self) { try calls(&zip) }
            #expect(error?.reason == "out_of_order")
        }
        try expectRefusal { try $0.write([1]) }
        try expectRefusal { _ = try $0.endMember() }
        try expectRefusal { zip in
            try zip.beginMember("a")
            try zip.beginMember("b")
        }
        try expectRefusal { zip in
            let ahead = try MemberCompressor(name: "b", options: .standard, spoolDirectory: folder.path).finish()
            try zip.beginMember("a")
            try zip.append(ahead)
        }
        let file = try folder.newFile()
        var zip = try ZipWriter(descriptor: file.descriptor, options: .standard)
        try zip.beginMember("a")
        #expect(refusal(toFinish: zip) == .outOfOrder("a member is still open at the archive's end"))
    }

    @Test("a name that is taken, in whatever case, is refused", arguments: ["a.csv", "A.CSV"])
    func duplicate(_ name: String) throws {
        let folder = try ScratchFolder()
        #expect(throws: ZipError.duplicateName(name)) {
            try writeArchive([Named("a.csv", "1"), Named(name, "2")], to: try folder.newFile())
        }
    }

    @Test(
        "a level or a number of threads out of range is refused",
        arguments: [
            (0, 2), (10, 2), (-1, 2), (6, 0), (6, 17), (6, -1),
        ])
    func options(_ level: Int, _ threads: Int) {
        let error = #expect(throws: ZipError.self) { try ZipOptions(level: level, threads: threads) }
        #expect(error?.reason == "invalid_option")
    }

    /// What `finish()` throws; a closure may not consume the writer that it captures.
    private func refusal(toFinish zip: consuming ZipWriter) -> ZipError? {
        do throws(ZipError) {
            _ = try zip.finish()
            return nil
        } catch {
            return error
        }
    }
}

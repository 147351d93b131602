import Bytes
import Foundation
import TestTags
import Testing

@testable import ZipArchive

@Suite("Other programs open an archive", .tags(.packs))
struct OtherProgramsTests {
    /// An archive shape that every program must read.
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let members: [Named]
        var limits = Zip64Limits()
    }

    static let block = BlockSlot.blockSize
    private static let pack = [
        Named("findings.csv", Content.rows(5 * block + 3)), Named("hardening.json", "{}"),
        Named("reports/posture.json", Content.noise(block + 1)), Named("empty.csv", ""),
        Named("Prüfung – 監査.txt", "names are UTF-8"),
    ]
    static let shapes = [
        Shape(testDescription: "a pack", members: pack),
        Shape(testDescription: "a block's boundary", members: [Named("a", Content.rows(block)), Named("b", "b")]),
        Shape(
            testDescription: "zip64 sizes, offsets and directory", members: pack, limits: Zip64Limits(values: 1000)),
        Shape(testDescription: "zip64 offsets alone", members: pack, limits: Zip64Limits(values: 1_000_000)),
        Shape(testDescription: "a zip64 count", members: pack, limits: Zip64Limits(count: 5)),
        Shape(testDescription: "zip64 for everything", members: pack, limits: Zip64Limits(values: 0, count: 0)),
    ]

    @Test(
        "unzip tests and unpacks it", .enabled(if: Tool.unzip.isInstalled, "unzip is not installed"),
        arguments: shapes)
    func unzip(_ shape: Shape) throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        try writeArchive(shape.members, to: file, limits: shape.limits)
        let test = try Tool.unzip.run(["-t", file.path])
        #expect(test.status == 0, "\(test.output)")
        #expect(test.output.contains("No errors detected"), "\(test.output)")
        let unpack = try Tool.unzip.run(["-q", file.path, "-d", folder.path + "/out"])
        #expect(unpack.status == 0, "\(unpack.output)")
        try expectUnpacked(shape.members, in: folder.path + "/out")
    }

    @Test("bsdtar unpacks it", .enabled(if: Tool.bsdtar.isInstalled, "bsdtar is not installed"), arguments: shapes)
    func bsdtar(_ shape: Shape) throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        try writeArchive(shape.members, to: file, limits: shape.limits)
        try FileManager.default.createDirectory(atPath: folder.path + "/out", withIntermediateDirectories: false)
        let unpack = try Tool.bsdtar.run(["-x", "-f", file.path, "-C", folder.path + "/out"])
        #expect(unpack.status == 0, "\(unpack.output)")
        try expectUnpacked(shape.members, in: folder.path + "/out")
    }

    @Test(
        "Python's zipfile reads names, contents, times and attributes",
        .enabled(if: Tool.python.isInstalled, "python3 is not installed"), arguments: shapes)
    func python(_ shape: Shape) throws {
        let script = """
            import hashlib, sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as z:
                assert z.testzip() is None
                for i in z.infolist():
                    sha256 = hashlib.sha256(z.read(i)).hexdigest()
                    print(i.filename, sha256, i.date_time, oct(i.external_attr >> 16), i.flag_bits, i.create_system)
            """
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        try writeArchive(shape.members, to: file, limits: shape.limits)
        let read = try Tool.python.run(["-c", script, file.path])
        let wanted = shape.members.map { member in
            let sum = member.content.withUnsafeBytes { Digest256(hashing: $0).hex }
            return "\(member.name) \(sum) (1980, 1, 1, 0, 0, 0) 0o100644 2048 3\n"
        }
        #expect(read.status == 0)
        #expect(read.output == wanted.joined())
    }

    private func expectUnpacked(_ members: [Named], in folder: String) throws {
        for member in members {
            let path = "\(folder)/\(member.name)"
            let content = try #require(FileManager.default.contents(atPath: path), "\(member.name) is missing")
            expectSame(Array(content), member.content, member.name)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o644, "\(member.name)")
        }
    }
}

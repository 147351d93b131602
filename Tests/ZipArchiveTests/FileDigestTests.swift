import Bytes
import Crypto
import Glibc
import TestTags
import Testing

@testable import ZipArchive

@Suite("The digest of a finished file", .tags(.packs))
struct FileDigestTests {
    static let block = BlockSums.blockSize

    @Test(
        "has the sum of the whole and of each block of 1 MiB",
        arguments: [
            (0, 0), (1, 1), (block - 1, 1), (block, 1), (block + 1, 2), (3 * block + 5, 4),
        ])
    func sums(_ size: Int, _ blocks: Int) throws {
        let content = Content.noise(size)
        let folder = try ScratchFolder()
        let file = try folder.newFile(holding: content)
        let digest = try FileDigest(descriptor: file.descriptor)
        #expect(digest.size == UInt64(size))
        #expect(digest.sha256.bytes == Array(SHA256.hash(data: content)))
        #expect(digest.blocks.count == blocks)
        let pieces = Content.pieces(content, of: Self.block)
        #expect(digest.blocks.bytes == pieces.flatMap { Array(SHA256.hash(data: $0)) })
        for (index, piece) in pieces.enumerated() {
            #expect(piece.withUnsafeBytes { digest.blocks.matches($0, at: index) })
        }
    }

    @Test("tells a block from every other one")
    func mismatches() throws {
        let content = Content.noise(2 * Self.block + 100)
        let folder = try ScratchFolder()
        let file = try folder.newFile(holding: content)
        let sums = try FileDigest(descriptor: file.descriptor).blocks
        var pieces = Content.pieces(content, of: Self.block)
        func matches(_ bytes: [UInt8], _ index: Int) -> Bool { bytes.withUnsafeBytes { sums.matches($0, at: index) } }
        #expect(!matches(pieces[0], 1))
        #expect(!matches(Array(pieces[2].dropLast()), 2))
        #expect(!matches(pieces[2], 3))
        #expect(!matches(pieces[2], -1))
        pieces[1][777_777] ^= 4
        #expect(!matches(pieces[1], 1))
    }

    @Test("reads from the file's first byte and leaves its position alone")
    func position() throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile(holding: Array("abc".utf8))
        lseek(file.descriptor, 2, SEEK_SET)
        let digest = try FileDigest(descriptor: file.descriptor)
        // FIPS 180-4's own example.
        #expect(digest.sha256.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect("\(digest.sha256)" == digest.sha256.hex)
        #expect(lseek(file.descriptor, 0, SEEK_CUR) == 2)
    }

    @Test("of a descriptor that cannot be read is an error of the disk")
    func unreadable() throws {
        let folder = try ScratchFolder()
        let file = try OpenFile(try folder.newFile().path, O_WRONLY)
        #expect(throws: ZipError.io(operation: "pread", errno: EBADF)) {
            try FileDigest(descriptor: file.descriptor)
        }
    }

    @Test("is taken back from stored bytes of the right length alone")
    func stored() throws {
        let bytes = Array(0..<96 as Range<UInt8>)
        #expect(BlockSums(bytes: bytes)?.count == 3)
        #expect(BlockSums(bytes: bytes)?.bytes == bytes)
        #expect(BlockSums(bytes: [])?.count == 0)
        #expect(BlockSums(bytes: Array(bytes.dropLast())) == nil)
        #expect(Digest256(bytes.prefix(32))?.bytes == Array(bytes.prefix(32)))
        #expect(Digest256(bytes.prefix(31)) == nil)
        #expect(Digest256(bytes.prefix(33)) == nil)
    }
}

@Suite("The zlib build", .tags(.packs, .determinism))
struct ZlibBuildTests {
    @Test("is named by its version")
    func version() {
        #expect(zlibVersion.split(separator: ".").count >= 3)
        #expect(zlibVersion.first == "1")
    }
}

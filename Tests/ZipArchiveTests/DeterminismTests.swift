import Bytes
import Crypto
import TestTags
import Testing

@testable import ZipArchive

@Suite("The same content gives the same bytes", .tags(.packs, .determinism))
struct DeterminismTests {
    static let block = BlockSlot.blockSize
    /// Lengths around the block's boundaries.
    static let lengths = [0, 1, block - 1, block, block + 1, 3 * block, 9 * block + 17]

    @Test("for 1, 2, 3 and 7 threads, streamed or compressed ahead, at every length", arguments: lengths)
    func threads(_ length: Int) throws {
        let members = [Named("rows.csv", Content.rows(length)), Named("noise", Content.noise(length))]
        let alone = try archive(members, threads: 1)
        for threads in [2, 3, 7] {
            for route in Route.allCases {
                let bytes = try archive(members, by: route, threads: threads)
                expectSame(bytes, alone, "\(threads) threads, \(route)")
            }
        }
        expectSame(try contents(of: alone), members)
    }

    @Test("however the content is cut into writes", arguments: [1, 4096, block, block + 1, 5 * block])
    func pieces(_ piece: Int) throws {
        let members = [Named("rows.csv", Content.rows(2 * Self.block + 5))]
        let whole = try archive(members, piece: .max - Self.block * 4)
        let cut = try archive(members, piece: piece)
        expectSame(cut, whole)
    }

    @Test("at every level, and a higher level is no larger")
    func levels() throws {
        let members = [Named("rows.csv", Content.rows(3 * Self.block))]
        var before = Int.max
        for level in [1, 6, 9] {
            let bytes = try archive(members, level: level)
            expectSame(try contents(of: bytes), members)
            #expect(bytes.count <= before)
            before = bytes.count
        }
    }

    @Test("and joined blocks cost at most one part in a hundred more than they must")
    func blocksUseTheirDictionary() throws {
        // Each block repeats the 20,000 random bytes before it: without a dictionary nothing would shrink.
        let unit = Content.noise(20_000)
        let content = Array((0..<40).map { _ in unit }.joined())
        let bytes = try archive([Named("repeats", content)])
        #expect(bytes.count < unit.count + content.count / 100)
    }
}

@Suite("What the writer reports of a member", .tags(.packs))
struct SummaryTests {
    @Test("is what independent sums of its content give", arguments: DeterminismTests.lengths)
    func sums(_ length: Int) throws {
        let content = Content.rows(length)
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        let summary = try writeArchive([Named("rows.csv", content)], to: file)
        let member = try #require(summary.members.first)
        #expect(member.name == "rows.csv")
        #expect(member.size == UInt64(length))
        #expect(member.crc32 == referenceCRC32(content))
        #expect(
            member.sha256.hex
                == SHA256.hash(data: content).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        #expect(summary.size == UInt64(try file.contents().count))
        let zip = try ZipReader(descriptor: file.descriptor, limits: .standard)
        #expect(try zip.verify() == summary.members)
    }

    @Test(
        "names the method: stored unless deflate makes one block smaller",
        arguments: [
            (.rows, 0, .stored), (.rows, 2, .stored), (.noise, 1000, .stored),
            (.noise, DeterminismTests.block, .stored), (.rows, 200, .deflated),
            (.rows, DeterminismTests.block, .deflated),
            // A second block has begun: the choice was made before its content was known.
            (.noise, DeterminismTests.block + 1, .deflated),
        ] as [(Content.Kind, Int, CompressionMethod)])
    func method(_ kind: Content.Kind, _ length: Int, _ method: CompressionMethod) throws {
        let folder = try ScratchFolder()
        let summary = try writeArchive([Named("m", kind.bytes(length))], to: try folder.newFile())
        #expect(summary.members.map(\.method) == [method])
    }

    /// CRC-32 bit by bit, from the polynomial (ISO 3309, reflected).
    private func referenceCRC32(_ bytes: [UInt8]) -> UInt32 {
        let table = (0..<256 as Range<UInt32>).map { start in
            (0..<8).reduce(start) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
        }
        return ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}

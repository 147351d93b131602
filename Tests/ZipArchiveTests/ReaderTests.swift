import Glibc
import TestTags
import Testing

@testable import ZipArchive

@Suite("The reader", .tags(.packs))
struct ReaderTests {
    private let members = [
        Named("findings.csv", Content.rows(3 * 262_144 + 11)), Named("noise", Content.noise(300_000)),
        Named("stored", "hi"), Named("empty", ""),
    ]

    @Test("gives every content back, from a file and from memory")
    func roundTrip() throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        let written = try writeArchive(members, to: file)
        for zip in [
            try ZipReader(descriptor: file.descriptor, limits: .standard),
            try ZipReader(bytes: try file.contents(), limits: .standard),
        ] {
            #expect(zip.entries.map(\.name) == members.map(\.name))
            #expect(zip.entries.map(\.size) == members.map { UInt64($0.content.count) })
            for (entry, member) in Swift.zip(zip.entries, members) {
                expectSame(try zip.contents(of: entry, atMost: member.content.count), member.content)
            }
            #expect(try zip.verify() == written.members)
        }
    }

    @Test("gives chunks of at most 256 KiB, none empty, in order")
    func chunks() throws {
        let zip = try ZipReader(bytes: try archive(members), limits: .standard)
        for (entry, member) in Swift.zip(zip.entries, members) {
            var content: [UInt8] = []
            let summary = try zip.read(entry) { chunk in
                #expect((1...262_144).contains(chunk.count))
                content += chunk
            }
            expectSame(content, member.content)
            #expect(summary.size == entry.size)
        }
    }

    @Test("finds a member by its exact name alone")
    func byName() throws {
        let zip = try ZipReader(bytes: try archive([Named("\u{e9}", "1")]), limits: .standard)
        #expect(zip.entry(named: "\u{e9}") != nil)
        #expect(zip.entry(named: "e\u{301}") == nil)
        #expect(zip.entry(named: "\u{c9}") == nil)
    }

    @Test("gives a content whole only when it is as small as the caller wants")
    func atMost() throws {
        let zip = try ZipReader(bytes: try archive([Named("four", "1234")]), limits: .standard)
        let entry = try #require(zip.entry(named: "four"))
        #expect(try zip.contents(of: entry, atMost: 4) == Array("1234".utf8))
        for limit in [3, 0, -1] {
            let error = #expect(throws: ZipReadError.self) { try zip.contents(of: entry, atMost: limit) }
            #expect(error?.reason == .tooLarge)
        }
    }

    @Test("throws on what the caller's closure throws")
    func closureThrows() throws {
        struct Enough: Error {}
        let zip = try ZipReader(bytes: try archive(members), limits: .standard)
        let entry = try #require(zip.entries.first)
        var chunks = 0
        #expect(throws: Enough.self) {
            try zip.read(entry) { _ in
                chunks += 1
                throw Enough()
            }
        }
        #expect(chunks == 1)
    }

    @Test("says that a file was cut while it read it")
    func cutWhileReading() throws {
        let folder = try ScratchFolder()
        let file = try folder.newFile()
        try writeArchive(members, to: file)
        let zip = try ZipReader(descriptor: file.descriptor, limits: .standard)
        try #require(ftruncate(file.descriptor, 1000) == 0)
        let error = #expect(throws: ZipReadError.self) { try zip.verify() }
        #expect(error?.reason == .readFailed)
    }

    @Test("refuses what is no regular file, and a descriptor that is closed")
    func notAFile() throws {
        let null = try OpenFile("/dev/null", O_RDONLY)
        for descriptor in [null.descriptor, -1] {
            let error = #expect(throws: ZipReadError.self) {
                try ZipReader(descriptor: descriptor, limits: .standard)
            }
            #expect(error?.reason == .readFailed)
        }
    }

    @Test("says reason, position and member in its errors")
    func description() throws {
        var bytes = try archive([Named("a.txt", "hi\n")])
        bytes[36] = 0
        let error = #expect(throws: ZipReadError.self) { try contents(of: bytes) }
        #expect(error?.description == "wrong_checksum at byte 38 in a.txt: the content has another CRC-32")
    }
}

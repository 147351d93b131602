import Bytes
import Crypto
import Domain
import ExitCodes
import Glibc
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI
@testable import ReviewPackClient

@Suite("download", .tags(.commandLine, .packs))
struct DownloadTests {
    private let scratch = ScratchDirectory()
    private static let content = [UInt8]((0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 12) })

    /// A service that hands out `content`; `spoil` changes the messages of a download.
    private func service(
        fileName: String = "review-pack.zip",
        spoil: @escaping @Sendable (inout [Proto.DownloadResponse]) -> Void = { _ in }
    ) -> FakeService {
        let service = FakeService()
        service.on(Methods.reviewPackServiceList) { _ in Proto.ListPacksResponse(packs: [Fixture.pack(.ready)]) }
        service.on(Methods.reviewPackServiceIssueDownloadToken) { _ in
            Proto.IssueDownloadTokenResponse(token: "v1.secret", expiresAt: Fixture.now)
        }
        service.onStream(Methods.reviewPackServiceDownload) { _ in
            let header = Proto.DownloadHeader(
                fileName: fileName, contentType: "application/zip", size: Int64(Self.content.count),
                sha256: Array(SHA256.hash(data: Self.content)), pack: Fixture.packID)
            var messages = [Proto.DownloadResponse(part: .header(header))]
            for start in stride(from: 0, to: Self.content.count, by: 262_144) {
                let chunk = Array(Self.content[start..<min(start + 262_144, Self.content.count)])
                messages.append(Proto.DownloadResponse(part: .chunk(chunk)))
            }
            spoil(&messages)
            return messages
        }
        return service
    }

    @Test("the pack is saved whole, readable by its owner alone, and its path is printed")
    func saves() async throws {
        let path = "\(scratch.path)/pack.zip"
        let result = await run("download", Fixture.packID, "-O", path, service: service())
        #expect(result.status == .ok)
        #expect(result.output == path + "\n")
        #expect(fileBytes(path) == Self.content)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(scratch.names == ["pack.zip"])
    }

    @Test("as JSON the result names file, pack, size and digest")
    func json() async {
        let path = "\(scratch.path)/pack.zip"
        let result = await run("download", Fixture.packID, "-O", path, "-o", "jsonl", service: service())
        let digest = Hex.encode(Array(SHA256.hash(data: Self.content)))
        #expect(
            result.output
                == #"{"file":"\#(path)","pack":"\#(Fixture.packID)","size":700000,"sha256":"\#(digest)"}"# + "\n")
    }

    @Test("a file that is there is not replaced without --force, and nothing is asked of the service")
    func noOverwrite() async {
        let path = scratch.write("pack.zip", Array("mine".utf8))
        let service = service()
        let result = await run("download", Fixture.packID, "-O", path, service: service)
        #expect(result.status == .cannotCreate)
        #expect(fileText(path) == "mine")
        #expect(service.calledMethods.isEmpty)
        #expect(await run("download", Fixture.packID, "-O", path, "--force", service: service).status == .ok)
        #expect(fileBytes(path) == Self.content)
        #expect(scratch.names == ["pack.zip"])
    }

    @Test("a file that appears while the pack is downloaded is not replaced either")
    func raced() async {
        let path = "\(scratch.path)/pack.zip"
        let scratch = scratch
        nonisolated(unsafe) let place = scratch
        let service = service { _ in _ = place.write("pack.zip", Array("theirs".utf8)) }
        let result = await run("download", Fixture.packID, "-O", path, service: service)
        #expect(result.status == .cannotCreate)
        #expect(fileText(path) == "theirs")
        #expect(scratch.names == ["pack.zip"])
    }

    @Test("where no file can be made it ends with 73", arguments: ["none/pack.zip", "", "."])
    func cannotCreate(name: String) async {
        let result = await run("download", Fixture.packID, "-O", "\(scratch.path)/\(name)", service: service())
        #expect(result.status == .cannotCreate)
        #expect(
            await run("download", Fixture.packID, "-O", "/dev/null", "--force", service: service()).status
                == .cannotCreate)
    }

    static let spoilers: [@Sendable (inout [Proto.DownloadResponse]) -> Void] = [
        { $0.removeLast() },
        { $0.append(Proto.DownloadResponse(part: .chunk([1]))) },
        { $0[1] = Proto.DownloadResponse(part: .chunk([UInt8](repeating: 0, count: 262_144))) },
        { $0.swapAt(1, 2) },
        { $0.removeFirst() },
        { $0.insert($0[0], at: 1) },
        { $0.append(Proto.DownloadResponse()) },
        { $0.removeAll() },
    ]

    @Test("bytes that are not those announced leave no file", arguments: spoilers.indices)
    func spoiled(index: Int) async {
        let service = service(spoil: Self.spoilers[index])
        let result = await run("download", Fixture.packID, "-O", "\(scratch.path)/pack.zip", service: service)
        #expect(result.status == .badData || result.status == .software)
        #expect(result.output.isEmpty)
        #expect(scratch.names.isEmpty)
    }

    @Test("an expired pack ends with 4 and leaves no file")
    func expired() async {
        let service = service()
        service.onStream(Methods.reviewPackServiceDownload) { _ -> [Proto.DownloadResponse] in
            throw RPCFailure.of(.packExpired, "the pack has expired")
        }
        let result = await run("download", Fixture.packID, "-O", "\(scratch.path)/pack.zip", service: service)
        #expect(result.status == .notFound)
        #expect(scratch.names.isEmpty)
    }

    @Test("-O - writes the bytes alone to standard output")
    func standardOutput() async {
        let channel = MemoryChannel()
        let result = await run("download", Fixture.packID, "-O", "-", service: service(), output: channel)
        #expect(result.status == .ok)
        #expect(channel.bytes == Self.content)
        let broken = await run(
            "download", Fixture.packID, "-O", "-", service: service(), output: BrokenChannel(error: .readerGone))
        #expect(broken.end == .readerGone)
    }

    @Test("--latest takes the tenant's newest ready pack")
    func latest() async throws {
        let service = service()
        let result = await run(
            "download", Fixture.tenant, "--latest", "-O", "\(scratch.path)/pack.zip", service: service)
        #expect(result.status == .ok)
        let request = try #require(try service.requests(of: Methods.reviewPackServiceList).first)
        #expect(request.tenant == Fixture.tenant)
        #expect(request.statuses == [.ready])
        let none = FakeService()
        none.on(Methods.reviewPackServiceList) { _ in Proto.ListPacksResponse() }
        #expect(await run("download", Fixture.tenant, "--latest", service: none).status == .notFound)
    }

    @Test("a token comes from a file or standard input, without the line end", arguments: [true, false])
    func tokenFile(viaInput: Bool) async throws {
        let service = service()
        let token = Array("v1.saved\n".utf8)
        let file = viaInput ? "-" : scratch.write("pack.token", token)
        let result = await run(
            "download", "--token-file", file, "-O", "\(scratch.path)/pack.zip", service: service, input: token)
        #expect(result.status == .ok)
        #expect(service.calledMethods == [Methods.reviewPackServiceDownload.erased.path])
        #expect(try service.requests(of: Methods.reviewPackServiceDownload).first?.token == "v1.saved")
    }

    @Test("a token file that is missing ends with 66, one without a token with 65")
    func badTokenFile() async {
        #expect(await run("download", "--token-file", "\(scratch.path)/none").status == .noInput)
        for text in ["", "\n", "two words", "\u{1B}"] {
            #expect(await run("download", "--token-file", "-", input: Array(text.utf8)).status == .badData)
        }
        #expect(
            await run("download", "--token-file", "-", input: [UInt8](repeating: 65, count: 5000)).status == .badData)
    }

    @Test(
        "the service decides the name, never the place",
        arguments: [
            ("review-pack.zip", "review-pack.zip"), ("../../etc/passwd", "passwd"), ("/etc/shadow", "shadow"),
            ("a\\b\\c.zip", "c.zip"), ("..", nil), ("", nil), ("a/", nil), (".bashrc", nil), ("a\u{1B}b", nil),
            ("x\u{202E}piz", nil), ("a/\u{301}b", "\u{301}b"), (".\u{301}bashrc", nil), ("a\\\u{308}c", "\u{308}c"),
            (String(repeating: "n", count: 256), nil),
        ] as [(String, String?)])
    func safeName(proposed: String, expected: String?) {
        #expect(SafeFileName.last(of: proposed).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    }
}

@Suite("A file that appears only when it is complete", .tags(.commandLine, .durability))
struct NewFileTests {
    private let scratch = ScratchDirectory()

    @Test("dropped before it is published, it leaves nothing")
    func dropped() throws {
        do {
            let file = try NewFile(at: "\(scratch.path)/f", replacing: false, interruption: Interruption())
            try file.append([1, 2, 3])
            #expect(!scratch.names.contains("f"))
        }
        #expect(scratch.names.isEmpty)
    }

    @Test("its name is all that follows the last slash, also when that begins with an accent")
    func accent() throws {
        let file = try NewFile(at: "\(scratch.path)/\u{301}f", replacing: false, interruption: Interruption())
        try file.publish()
        #expect(scratch.names.map { Array($0.utf8) } == [Array("\u{301}f".utf8)])
    }

    @Test("replacing a file goes through a temporary name that does not stay", arguments: [true, false])
    func replaced(wasThere: Bool) throws {
        if wasThere { _ = scratch.write("f", [9]) }
        let file = try NewFile(at: "\(scratch.path)/f", replacing: true, interruption: Interruption())
        try file.append([1, 2, 3])
        #expect(fileBytes("\(scratch.path)/f") == (wasThere ? [9] : nil))
        try file.publish()
        #expect(fileBytes("\(scratch.path)/f") == [1, 2, 3])
        #expect(scratch.names == ["f"])
    }

    @Test("a symbolic link is replaced itself, never what it points to")
    func symbolicLink() throws {
        let target = scratch.write("target", [9])
        #expect(symlink(target, "\(scratch.path)/f") == 0)
        let file = try NewFile(at: "\(scratch.path)/f", replacing: true, interruption: Interruption())
        try file.append([1])
        try file.publish()
        #expect(fileBytes(target) == [9])
        #expect(fileBytes("\(scratch.path)/f") == [1])
    }

    @Test("an interruption runs what is registered once, and not what was settled")
    func interruption() {
        let interruption = Interruption()
        let log = MemoryChannel()
        let settled = interruption.onInterrupt { try? log.write("settled ") }
        let standing = interruption.onInterrupt { try? log.write("standing ") }
        interruption.settle(settled) { try? log.write("step ") }
        interruption.runCleanups()
        interruption.runCleanups()
        #expect(log.text == "step standing ")
        _ = standing
    }
}

import Foundation
import TestTags
import Testing

@Suite(.tags(.wire, .documents))
struct ForeignClientTests {
    private static let hasGo =
        Programs.installed("go") != nil && Programs.installed("protoc-gen-gogo") != nil
        && FileManager.default.fileExists(atPath: "/usr/share/gocode/src/github.com/containerd/ttrpc")
    private static let hasPython =
        Programs.installed("python3") != nil && Programs.installed("protoc") != nil
        && FileManager.default.fileExists(atPath: "/usr/lib/python3/dist-packages/google/protobuf")

    @Test(
        "a Go program on containerd's ttrpc lists and gets packs",
        .enabled(if: hasGo, "needs golang-go, golang-github-containerd-ttrpc-dev, gogoprotobuf, protobuf-compiler"))
    func goClient() async throws {
        try await withDaemon { daemon in
            let packs = try await Self.furnish(daemon)
            let program = daemon.scratch.file("go-client")
            // go needs a place for its caches.
            try await run(
                Programs.project + "/Examples/go-client/build", [program], environment: ["HOME": daemon.scratch.path]
            ).succeeded()
            func client(_ arguments: String...) async throws -> CommandResult {
                try await run(program, ["-address", daemon.address] + arguments)
            }
            let listed = try await client("-page-size", "1", "list").succeeded()
            #expect(listed.lines == packs.map(\.line))
            #expect(try await client("list", Scene.tenant).succeeded().lines == packs.map(\.line))
            #expect(try await client("get", packs[0].id).succeeded().lines == [packs[0].line])
            let absent = try await client("get", Scene.absentPack)
            #expect(absent.exit == 1)
            #expect(absent.errors.contains("reason NOT_FOUND"), "\(absent)")
        }
    }

    @Test(
        "one file of Python lists packs and streams a download",
        .enabled(if: hasPython, "needs python3-protobuf and protobuf-compiler"))
    func pythonClient() async throws {
        try await withDaemon { daemon in
            let packs = try await Self.furnish(daemon)
            func client(_ arguments: String...) async throws -> CommandResult {
                try await run(
                    Programs.examples + "/python-client/reviewpack_client.py",
                    ["--address", daemon.address] + arguments, in: daemon.scratch.path)
            }
            let listed = try await client("list", "--page-size", "1").succeeded()
            #expect(listed.lines == packs.map(\.line))
            #expect(try await client("get", packs[0].id).succeeded().lines == [packs[0].line])
            try await client("download", packs[0].id, "-O", "python.zip").succeeded()
            #expect(try await Subprocesses.sha256(of: daemon.scratch.file("python.zip")) == packs[0].sha256)
            let expired = try await client("download", packs[1].id)
            #expect(expired.exit == 1)
            #expect(expired.errors.contains("reason PACK_EXPIRED"), "\(expired)")
        }
    }

    private struct Expected {
        var id: String
        var line: String
        var sha256: String?
    }

    /// A ready and an expired pack, and how both clients print them.
    private static func furnish(_ daemon: Daemon) async throws -> [Expected] {
        try await daemon.makeTenant()
        try await daemon.importExamples()
        let expired = try #require(try await daemon.generate(Scene.tenant, "--no-pii")["id"].string)
        try await daemon.ctl("expire", expired, "--yes").succeeded()
        try await daemon.generate()
        return try await daemon.ctl("list", "-o", "json").succeeded().json().array.map { pack in
            let id = try #require(pack["id"].string)
            let words = [id, pack["status"].string, pack["tenant_external_id"].string, pack["generated_at"].string]
            return Expected(id: id, line: words.compactMap { $0 }.joined(separator: " "), sha256: pack["sha256"].string)
        }
    }
}

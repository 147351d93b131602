import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite(.tags(.upkeep))
struct DaemonLifeTests {
    /// Starts a daemon that is expected to refuse, and waits for its end.
    private static func start(
        _ scratch: Scratch, state: String = "state", socket: String = "sock"
    ) async throws -> CommandResult {
        try await run(
            Programs.daemon, ["serve", "--state-dir", scratch.file(state), "--socket", scratch.file(socket)],
            in: scratch.path)
    }

    @Test("a restart keeps everything that was acknowledged")
    func restart() async throws {
        let scratch = try Scratch()
        let before = try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
            try await daemon.generate()
            try await daemon.generate(Scene.tenant, "--no-pii")
            return try await Self.everything(daemon)
        }
        try await withDaemon(in: scratch) { daemon in
            #expect(try await Self.everything(daemon) == before)
            let pack = try #require(try await daemon.ctl("list", "-o", "id").succeeded().lines.first)
            try await daemon.ctl("download", pack, "-O", "pack.zip").succeeded()
            // The evidence is the same, so the same pack comes back.
            let again = try await daemon.ctl("generate", Scene.tenant, "-o", "json").succeeded().json()
            #expect(again["outcome"].string == "reused")
        }
    }

    @Test("SIGTERM ends it cleanly, SIGKILL leaves a socket file that the next start replaces")
    func endings() async throws {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { _ in }
        #expect(!scratch.names().contains("sock"), "a clean end removes the socket file")
        try await withDaemon(in: scratch, endsWith: 128 + SIGKILL) { daemon in
            kill(daemon.pid, SIGKILL)
        }
        try await withDaemon(in: scratch) { daemon in
            try await daemon.ctl("health").succeeded()
        }
    }

    @Test("a pack caught mid-generation by SIGKILL ends failed as interrupted, and leaves no bytes")
    func killedWhileGenerating() async throws {
        let scratch = try Scratch()
        let caught = try await withDaemon(in: scratch, endsWith: 128 + SIGKILL) { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Busy Ltd", findings: 20_000)
            try await daemon.generate()
            return try await daemon.withClient { client in
                let response = try await client.generate(Proto.GenerateRequest(tenant: Scene.otherTenant))
                kill(daemon.pid, SIGKILL)
                return try #require(response.pack?.id)
            }
        }
        try await withDaemon(in: scratch) { daemon in
            let pack = try await daemon.ctl("show", caught, "-o", "json").succeeded().json()
            #expect(pack["status"].string == "failed")
            #expect(pack["failure_reason"].string == "interrupted")
            let run = try await daemon.ctl("operation", "show", pack["operation_run_id"].string ?? "", "-o", "json")
                .succeeded().json()
            #expect(run["outcome"].string == "failed")
            #expect(run["reason_code"].string == "interrupted")
            let ready = try await daemon.ctl("list", "--status", "ready", "-o", "id").succeeded().lines
            #expect(ready.count == 1, "the other pack is as it was")
            #expect(try Self.exports(daemon).count == 1)
            try await daemon.ctl("download", ready[0], "-O", "pack.zip").succeeded()
            try await daemon.generate(Scene.otherTenant)
        }
    }

    @Test("a database that has lost a column is refused with 65, in two lines that say what to do")
    func lostColumn() async throws {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { try await $0.makeTenant() }
        try await Surgery.perform("ALTER TABLE review_pack DROP COLUMN summary", in: scratch)
        let refused = try await Self.start(scratch)
        #expect(refused.exit == 65, "\(refused)")
        let lines = refused.errors.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("reviewpackd: ") }, "\(refused)")
        #expect(refused.errors.contains("review_pack.summary") && refused.errors.contains("backup"), "\(refused)")
    }

    @Test("a state directory that another daemon holds is left alone")
    func heldState() async throws {
        try await withDaemon { daemon in
            let second = try await Self.start(daemon.scratch, socket: "other")
            #expect(second.exit != 0)
            #expect(second.errors.contains("another"), "\(second)")
            try await daemon.ctl("health").succeeded()
        }
    }

    @Test("a socket path that holds another daemon or a file that is no socket is left alone")
    func foreignSocket() async throws {
        let scratch = try Scratch()
        try scratch.write("sock", "precious")
        let refused = try await Self.start(scratch)
        #expect(refused.exit != 0)
        #expect(refused.errors.contains("sock"), "\(refused)")
        #expect(try contents(of: scratch.file("sock")) == Array("precious".utf8))

        try await withDaemon { daemon in
            let second = try await Self.start(daemon.scratch, state: "other-state")
            #expect(second.exit != 0, "\(second)")
            try await daemon.ctl("health").succeeded()
        }
    }

    @Test("a socket path over 107 bytes is a clear error on both sides")
    func longPath() async throws {
        let scratch = try Scratch()
        let name = String(repeating: "s", count: 108)
        let daemon = try await Self.start(scratch, socket: name)
        #expect(daemon.exit != 0)
        #expect(daemon.errors.contains("107"), "\(daemon)")
        let client = try await run(Programs.client, ["--address", scratch.file(name), "health"])
        #expect(client.exit == 64)
        #expect(client.errors.contains("107"), "\(client)")
    }

    @Test("without a daemon every command exits 69 and says so")
    func stopped() async throws {
        let scratch = try Scratch()
        for arguments in [["list"], ["health"], ["generate", Scene.tenant]] {
            let result = try await run(
                Programs.client, ["--address", scratch.file("sock"), "--connect-timeout", "0"] + arguments)
            #expect(result.exit == 69, "\(result)")
            #expect(result.errors.contains(scratch.file("sock")), "\(result)")
        }
    }

    /// What a caller can see of the packs, the tenant and its operation runs.
    private static func everything(_ daemon: Daemon) async throws -> String {
        var text = ""
        for arguments in [
            ["list", "-o", "json"], ["tenant", "show", Scene.tenant, "-o", "json"],
            ["operation", "list", Scene.tenant, "-o", "json"], ["workspace", "list", "-o", "json"],
        ] {
            text += try await daemon.ctl(arguments).succeeded().text
        }
        return text
    }

    private static func exports(_ daemon: Daemon) throws -> [String] {
        let folder = daemon.stateDirectory + "/exports"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder + "/" + $0, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }
}

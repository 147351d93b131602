import Foundation
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

/// Real daemons: how they start, tell their manager, reload and stop. What they serve is the integration tests' matter.
@Suite("reviewpackd serve", .tags(.upkeep), .timeLimit(.minutes(5)))
struct ServeTests {
    let scratch = Scratch()

    /// Starts a daemon under a manager and waits until it is ready.
    private func start(
        _ arguments: [String] = [], environment: [String: String] = [:], passing: Int32? = nil,
        standard: ServeProcess.Standard = .usual
    ) async throws -> (ServeProcess, Manager) {
        let manager = try Manager(scratch.file("notify.\(UInt32.random(in: .min ... .max))"))
        let daemon = try ServeProcess(
            ["serve", "--state-dir", scratch.file("state")] + arguments, in: scratch,
            environment: environment.merging(["NOTIFY_SOCKET": manager.path]) { $1 }, passing: passing,
            standard: standard)
        let ready = await manager.wait(for: "READY=1")
        try #require(!ready.isEmpty, "\(daemon.output)")
        return (daemon, manager)
    }

    private var socketPath: String { scratch.file("state/reviewpack.sock") }

    private func connect(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        try UnixAddress(path).connect(descriptor)
    }

    @Test("READY means that callers can connect; SIGTERM ends it with 0 and takes the socket away")
    func life() async throws {
        let (daemon, manager) = try await start()
        try connect(socketPath)
        var status = stat()
        #expect(lstat(socketPath, &status) == 0 && status.st_mode & 0o777 == 0o660)
        daemon.send(SIGTERM)
        #expect(await manager.wait(for: "STOPPING=1") == "STOPPING=1\nSTATUS=Finishing running work, for 20 s at most")
        #expect(await daemon.wait() == 0, "\(daemon.output)")
        #expect(access(socketPath, F_OK) != 0)
        #expect(daemon.lines(containing: "NOTICE stopped").count == 1)
    }

    @Test("SIGINT ends it like SIGTERM")
    func interrupt() async throws {
        let (daemon, _) = try await start()
        daemon.send(SIGINT)
        #expect(await daemon.wait() == 0, "\(daemon.output)")
    }

    /// A caller with a call that never ends by itself: an import whose first message does not come.
    private func callerWithOpenCall() async throws -> (TTRPCClient, RequestWriter) {
        let client = try await TTRPCClient.connect(path: socketPath)
        let stream = try await client.clientStream(service: "reviewpack.v1.IngestService", method: "ImportFindings")
        // Answered after the stream was opened, for frames are handled in order.
        _ = try await client.unary(service: "grpc.health.v1.Health", method: "Check", request: [])
        return (client, stream)
    }

    @Test("a running call gets drain_seconds and is then cut off; the end is clean")
    func drainDeadline() async throws {
        let (daemon, _) = try await start(["--drain-seconds", "0"])
        let (client, stream) = try await callerWithOpenCall()
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0, "\(daemon.output)")
        #expect(daemon.lines(containing: "calls were cut off at the end of the drain calls=1").count == 1)
        await #expect(throws: (any Error).self) { try await stream.finish() }
        await client.close()
    }

    @Test("a second signal ends a drain at once, with 130", arguments: [SIGTERM, SIGINT])
    func secondSignal(_ second: Int32) async throws {
        let (daemon, manager) = try await start(["--drain-seconds", "3600"])
        let (client, _) = try await callerWithOpenCall()
        daemon.send(SIGTERM)
        _ = await manager.wait(for: "STOPPING=1")
        daemon.send(second)
        #expect(await daemon.wait() == 130, "\(daemon.output)")
        await client.close()
        // The next start finds everything in order, the stale socket included.
        let (next, _) = try await start()
        next.send(SIGTERM)
        #expect(await next.wait() == 0)
    }

    @Test("it has no core dumps, a private umask, SIGPIPE ignored and room for its connections")
    func attributes() async throws {
        let (daemon, _) = try await start(["--max-connections", "3000"])
        #expect(daemon.kernel("limits", "Max core file size").split(separator: " ")[4...5] == ["0", "0"])
        #expect(daemon.kernel("status", "Umask") == "Umask:\t0077")
        let ignored = try #require(UInt64(daemon.kernel("status", "SigIgn").dropFirst(8), radix: 16))
        #expect(ignored & 1 << (SIGPIPE - 1) != 0)
        let descriptors = daemon.kernel("limits", "Max open files").split(separator: " ").compactMap { Int($0) }
        #expect(descriptors[0] >= min(7024, descriptors[1]))
        #expect(scratch.mode(of: "state") == 0o700)
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0)
    }

    @Test(
        "nobody else of its user can read its memory",
        .enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root and setpriv"))
    func memory() async throws {
        // Where another user can reach them.
        chmod(scratch.path, 0o1777)
        let program = scratch.file("reviewpackd")
        // By another process: a program cannot be executed while somebody has it open for writing, and a child that
        // another test forks just then would.
        let copying = try ServeProcess([ServeProcess.program, program], in: scratch, program: "/bin/cp")
        #expect(await copying.wait() == 0)
        chmod(program, 0o755)
        let manager = try Manager(scratch.file("notify"))
        chmod(manager.path, 0o777)
        let daemon = try ServeProcess(
            ["--reuid", "12345", "--regid", "12345", "--clear-groups", program, "serve"]
                + ["--state-dir", scratch.file("state")],
            in: scratch, environment: ["NOTIFY_SOCKET": manager.path], program: "/usr/bin/setpriv")
        try #require(!(await manager.wait(for: "READY=1")).isEmpty, "\(daemon.output)")
        #expect(daemon.kernel("status", "Uid:").hasPrefix("Uid:\t12345"))
        // The kernel gives the files of an undumpable process to root (proc(5)).
        var status = stat()
        #expect(stat("/proc/\(daemon.pid)/mem", &status) == 0 && status.st_uid == 0)
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0)
    }

    @Test("started without standard descriptors, no file of its own takes their place")
    func closedDescriptors() async throws {
        let (daemon, _) = try await start(standard: .closed)
        for descriptor in 0...2 {
            let target = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(daemon.pid)/fd/\(descriptor)")
            #expect(target == "/dev/null")
        }
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0)
    }

    @Test("a socket from the service manager is served and stays when the daemon goes")
    func activation() async throws {
        let path = scratch.file("passed.sock")
        let listener = try Listener(path)
        // Whoever came before the daemon is served all the same.
        try connect(path)
        let (daemon, manager) = try await start(
            environment: ["LISTEN_PID": "self", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "reviewpack"],
            passing: listener.descriptor)
        #expect(access(socketPath, F_OK) != 0)
        #expect(daemon.lines(containing: "serving").first?.contains("service manager's socket") == true)
        daemon.send(SIGTERM)
        _ = await manager.wait(for: "STOPPING=1")
        #expect(await daemon.wait() == 0)
        try connect(path)
        close(listener.descriptor)
    }

    @Test("a reload puts good settings and keys in force and tells the manager")
    func reload() async throws {
        let file = try scratch.write("conf.yaml", "retention_days: 10\nreaders: 3\n")
        let (daemon, manager) = try await start(["--config", file])
        try scratch.write("conf.yaml", "retention_days: 20\nreaders: 4\nlog_level: debug\n")
        daemon.send(SIGHUP)
        #expect(await manager.wait(for: "RELOADING=1").contains("MONOTONIC_USEC="))
        #expect(await manager.wait(for: "READY=1").contains("STATUS=Serving on"))
        #expect(
            daemon.lines(containing: "reloaded") == ["NOTICE configuration reloaded changed=retention_days,log_level"])
        #expect(
            daemon.lines(containing: "restart") == ["WARNING changed settings wait for a restart settings=readers"])

        // A mistake keeps all of the old ones, and the daemon serves on.
        try scratch.write("conf.yaml", "retention_days: 30\nreeders: 4\n")
        daemon.send(SIGHUP)
        _ = await manager.wait(for: "READY=1")
        let complaint = try #require(daemon.lines(containing: "not reloaded").first)
        #expect(complaint.hasPrefix("ERROR configuration not reloaded, the old one stays in force problem="))
        #expect(complaint.contains("conf.yaml:2: reeders: there is no such setting; the nearest is readers"))
        try connect(socketPath)

        // So does a key file that others can read.
        try scratch.write("conf.yaml", "retention_days: 20\nreaders: 3\nlog_level: debug\n")
        chmod(scratch.file("state/keys/token.keys"), 0o644)
        daemon.send(SIGHUP)
        _ = await manager.wait(for: "READY=1")
        #expect(daemon.lines(containing: "token keys not reloaded").count == 1)
        #expect(daemon.lines(containing: "changed=nothing").count == 1)
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0)
    }

    @Test("the watchdog is fed again and again while health requests are answered")
    func watchdog() async throws {
        let (daemon, manager) = try await start(environment: ["WATCHDOG_USEC": "100000"])
        for _ in 0..<3 { #expect(await manager.wait(for: "WATCHDOG=1") == "WATCHDOG=1") }
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0)
    }

    @Test("a manager that reads nothing does not keep it from stopping")
    func deafManager() async throws {
        let (daemon, manager) = try await start(environment: ["WATCHDOG_USEC": "100000"])
        let other = try #require(DatagramSocket(path: manager.path))
        while other.send(Array("X=1".utf8), waiting: false) {}
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0, "\(daemon.output)")
    }

    @Test("without a watchdog nothing is fed")
    func noWatchdog() async throws {
        let (daemon, manager) = try await start()
        daemon.send(SIGTERM)
        #expect(await manager.wait(for: "=1").hasPrefix("STOPPING=1"))
        #expect(await daemon.wait() == 0)
    }

    @Test("signals that come during the start wait for it to end")
    func earlySignal() async throws {
        let manager = try Manager(scratch.file("notify"))
        let daemon = try ServeProcess(
            ["serve", "--state-dir", scratch.file("state")], in: scratch, environment: ["NOTIFY_SOCKET": manager.path])
        _ = await manager.wait(for: "STATUS=Opening")
        daemon.send(SIGHUP)
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0, "\(daemon.output)")
    }

    @Test(
        "what cannot start says in two lines what failed and what to do, with its exit code",
        arguments: [
            (["--retention-days", "0"], 78, "--retention-days: retention_days: 0 is out of range"),
            (["--config", "/none.yaml"], 78, "/none.yaml: is not there"),
            (["--socket", "@abstract"], 78, "abstract"),
            (["--socket", "/" + String(repeating: "s", count: 107)], 78, "108 bytes"),
            (["--socket", "/dev/null"], 73, "/dev/null is there and is no socket"),
            (["--state-dir", "/dev/null"], 73, "/dev/null is not a directory"),
            (["--state-dir", "/none/here"], 73, "make the directory above it first"),
        ] as [([String], Int32, String)])
    func refusals(_ arguments: [String], _ exit: Int32, _ what: String) async throws {
        let daemon = try ServeProcess(
            ["serve"] + (arguments[0] == "--state-dir" ? [] : ["--state-dir", scratch.file("state")]) + arguments,
            in: scratch)
        #expect(await daemon.wait() == exit)
        let lines = daemon.output.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("reviewpackd: ") }, "\(daemon.output)")
        #expect(daemon.output.contains(what), "\(daemon.output)")
    }

    @Test("a second daemon on the same state directory is refused with 69")
    func held() async throws {
        let (first, _) = try await start()
        let second = try ServeProcess(
            ["serve", "--state-dir", scratch.file("state"), "--socket", scratch.file("other")], in: scratch)
        #expect(await second.wait() == 69)
        #expect(second.output.contains("another daemon holds"), "\(second.output)")
        first.send(SIGTERM)
        #expect(await first.wait() == 0)
    }

    @Test("something else than a listening Unix socket from the service manager is refused with 78")
    func badActivation() async throws {
        let null = open("/dev/null", O_RDONLY)
        defer { close(null) }
        let daemon = try ServeProcess(
            ["serve", "--state-dir", scratch.file("state")], in: scratch,
            environment: ["LISTEN_PID": "self", "LISTEN_FDS": "1"], passing: null)
        #expect(await daemon.wait() == 78)
        #expect(daemon.output.contains("descriptor 3 of the service manager is no socket"), "\(daemon.output)")
        #expect(access(scratch.file("state"), F_OK) != 0, "nothing was touched")
    }

    @Test("config check lists every problem and exits with 78; a good configuration passes")
    func configCheck() async throws {
        let file = try scratch.write("conf.yaml", "readers: 0\nreeders: 1\n")
        let bad = try ServeProcess(["config", "check", "--config", file], in: scratch)
        #expect(await bad.wait() == 78)
        #expect(bad.output.split(separator: "\n").count == 2, "\(bad.output)")
        let example = ConfigurationDocumentsTests.root.appending(path: "Examples/reviewpackd.yaml")
        let copy = try scratch.write("good.yaml", String(contentsOf: example, encoding: .utf8))
        let good = try ServeProcess(["config", "check", "--config", copy], in: scratch)
        #expect(await good.wait() == 0)
    }

    @Test("every setting has its flag, and dump shows where each value came from")
    func flags() async throws {
        let arguments = SettingsTable.rows.flatMap { row -> [String] in
            switch row.kind {
            case .path: ["--\(row.flag)", "/x"]
            case .group: ["--\(row.flag)", "root"]
            default: ["--\(row.flag)", row.defaultText]
            }
        }
        let dump = try ServeProcess(["config", "dump"] + arguments, in: scratch)
        #expect(await dump.wait() == 0)
        for row in SettingsTable.rows {
            #expect(dump.lines(containing: "# --\(row.flag)").count >= 1, "\(row.name)\n\(dump.output)")
        }
    }

    @Test("keys are rotated beside a running daemon, which takes them on SIGHUP")
    func keys() async throws {
        let (daemon, manager) = try await start()
        let rotate = try ServeProcess(["keys", "rotate", "--state-dir", scratch.file("state")], in: scratch)
        #expect(await rotate.wait() == 0, "\(rotate.output)")
        let list = try ServeProcess(["keys", "list", "--state-dir", scratch.file("state")], in: scratch)
        #expect(await list.wait() == 0)
        #expect(list.output.split(separator: "\n").count == 2, "\(list.output)")
        daemon.send(SIGHUP)
        _ = await manager.wait(for: "READY=1")
        #expect(daemon.lines(containing: "token keys not").isEmpty)
        daemon.send(SIGTERM)
        #expect(await daemon.wait() == 0)
    }
}

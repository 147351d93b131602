import Crypto
import Glibc
import Logging
import ReviewPackAPI
import Subprocess
import SystemPackage
import TTRPC
import TTRPCNIO
import TestTags
import Testing

/// What only a process of its own can show: signals, pipes and exit codes as a shell sees them.
@Suite("reviewpackctl as a process", .tags(.commandLine))
struct ProcessTests {
    /// The program beside the test bundle, which is this process or its argument.
    private static let program: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let folder = bundle.lastIndex(of: "/").map { String(bundle[..<$0]) } ?? "."
        return "\(folder)/reviewpackctl"
    }()

    /// Runs `body` with the path of a socket on which `handler` answers.
    private func serving(_ handler: some CallHandler, _ body: (String) async throws -> Void) async throws {
        let scratch = ScratchDirectory()
        let server = try await TTRPCServer.start(
            on: .bind(path: "\(scratch.path)/s", mode: 0o600, group: nil), handler: handler,
            logger: Logger(label: "test"))
        do { try await body("\(scratch.path)/s") } catch {
            await server.drain(deadline: .zero)
            throw error
        }
        await server.drain(deadline: .zero)
    }

    @Test(
        "an interrupted download ends with 130, quietly, and leaves no file",
        arguments: [["-O", "pack.zip"], ["-O", "pack.zip", "--force"], []])
    func interruptedDownload(options: [String]) async throws {
        let handler = StallingService()
        try await serving(handler) { socket in
            let scratch = ScratchDirectory()
            let result = try await Subprocess.run(
                .path(.init(Self.program)),
                arguments: .init(["download", Fixture.packID, "--address", socket] + options),
                workingDirectory: .init(scratch.path), input: .none, output: .bytes(limit: 4096),
                error: .bytes(limit: 4096)
            ) { execution in
                await handler.hasStalled()
                try execution.send(signal: .interrupt)
            }
            #expect(result.terminationStatus == .exited(130))
            #expect(result.standardOutput.isEmpty)
            #expect(result.standardError.isEmpty)
            #expect(scratch.names.isEmpty)
        }
    }

    @Test(
        "SIGTERM and SIGHUP end a stalled download as they end other programs, and leave no file",
        arguments: [Signal.terminate, .terminalClosed])
    func endedDownload(signal: Signal) async throws {
        let handler = StallingService()
        try await serving(handler) { socket in
            let scratch = ScratchDirectory()
            let result = try await Subprocess.run(
                .path(.init(Self.program)),
                arguments: ["download", Fixture.packID, "-O", "pack.zip", "--force", "--address", socket],
                workingDirectory: .init(scratch.path), input: .none, output: .bytes(limit: 4096),
                error: .bytes(limit: 4096)
            ) { execution in
                await handler.hasStalled()
                try execution.send(signal: signal)
            }
            #expect(result.terminationStatus == .signaled(signal.rawValue))
            #expect(result.standardError.isEmpty)
            #expect(scratch.names.isEmpty)
        }
    }

    @Test(
        "SIGTERM and SIGHUP end an import that waits for its standard input",
        arguments: [Signal.terminate, .terminalClosed])
    func endedImport(signal: Signal) async throws {
        let handler = StallingService()
        try await serving(handler) { socket in
            var ends: [CInt] = [-1, -1]
            let made = pipe(&ends)
            try #require(made == 0)
            defer { for descriptor in ends { close(descriptor) } }
            let result = try await Subprocess.run(
                .path(.init(Self.program)),
                arguments: ["import", "findings", Fixture.tenant, "-", "--address", socket],
                input: .fileDescriptor(.init(rawValue: ends[0]), closeAfterSpawningProcess: false),
                output: .bytes(limit: 4096), error: .bytes(limit: 4096)
            ) { execution in
                await handler.hasStalled()
                try execution.send(signal: signal)
            }
            #expect(result.terminationStatus == .signaled(signal.rawValue))
        }
    }

    @Test(
        "SIGTERM and SIGHUP end a command that waits for a missing socket",
        arguments: [Signal.terminate, .terminalClosed])
    func endedConnecting(signal: Signal) async throws {
        let result = try await Subprocess.run(
            .path(.init(Self.program)),
            arguments: ["health", "--address", "/nonexistent/s", "--connect-timeout", "3600"], input: .none,
            output: .bytes(limit: 4096), error: .bytes(limit: 4096)
        ) { execution in
            try await Self.catches(signal, in: execution.processIdentifier.value)
            try execution.send(signal: signal)
        }
        #expect(result.terminationStatus == .signaled(signal.rawValue))
    }

    /// Returns when the process reads the signal from a descriptor (signalfd(2), proc_pid_fdinfo(5)).
    private static func catches(_ signal: Signal, in process: pid_t) async throws {
        while true {
            for descriptor in 0..<64 {
                let lines = (fileText("/proc/\(process)/fdinfo/\(descriptor)") ?? "").split(separator: "\n")
                let mask = lines.first { $0.hasPrefix("sigmask:") }?.split(separator: "\t").last ?? ""
                if (UInt64(mask, radix: 16) ?? 0) & (1 << UInt64(signal.rawValue - 1)) != 0 { return }
            }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("a reader that goes away ends the program by SIGPIPE, without a word")
    func closedPipe() async throws {
        try await serving(StallingService()) { socket in
            let result = try await Subprocess.run(
                .path("/bin/bash"),
                arguments: [
                    "-c", "\"$0\" list -o jsonl --address \"$1\" | head -c 1; echo \" ${PIPESTATUS[0]}\"", Self.program,
                    socket,
                ], input: .none, output: .string(limit: 4096), error: .string(limit: 4096))
            #expect(result.standardOutput == "{ 141\n")
            #expect(result.standardError == "")
        }
    }

    @Test("the exit code and the two lines are what a shell sees")
    func exitCode() async throws {
        let result = try await Subprocess.run(
            .path(.init(Self.program)), arguments: ["list", "--address", "/nonexistent/s", "--connect-timeout", "0"],
            input: .none, output: .string(limit: 4096), error: .string(limit: 4096))
        #expect(result.terminationStatus == .exited(69))
        #expect(result.standardOutput == "")
        #expect(result.standardError.hasPrefix("error: cannot reach the service at /nonexistent/s: "))
    }
}

/// Answers `List` with a thousand packs, and begins downloads that never end.
private final class StallingService: CallHandler {
    private let stalls: AsyncStream<Void>
    private let stalled: AsyncStream<Void>.Continuation

    init() { (stalls, stalled) = AsyncStream.makeStream() }

    /// Returns when a download has sent its first bytes and sends no more.
    func hasStalled() async { for await _ in stalls { return } }

    func route(service: String, method: String) -> CallRoute? {
        let descriptor = MethodDescriptor(
            service: service, method: method,
            kind: method == "Download" ? .serverStreaming : method == "ImportFindings" ? .clientStreaming : .unary,
            requestLimit: 1 << 20)
        return CallRoute(descriptor) { (call) async throws(RPCFailure) in try await self.answer(call) }
    }

    private func answer(_ call: ServerCall) async throws(RPCFailure) -> [UInt8]? {
        switch call.descriptor.method {
        case "List":
            return Proto.ListPacksResponse(packs: (0..<1000).map { _ in Fixture.pack(.ready) }).serialized()
        case "IssueDownloadToken": return Proto.IssueDownloadTokenResponse(token: "v1.secret").serialized()
        case "Download":
            let header = Proto.DownloadHeader(
                fileName: "pack.zip", contentType: "application/zip", size: 2000,
                sha256: Array(SHA256.hash(data: [UInt8]())), pack: Fixture.packID)
            try await call.send(Proto.DownloadResponse(part: .header(header)).serialized())
            try await call.send(Proto.DownloadResponse(part: .chunk([UInt8](repeating: 7, count: 1000))).serialized())
            stalled.yield()
            // Ends when the caller is gone and this task is cancelled.
            for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3600)) }) {}
            return nil
        case "ImportFindings":
            // The header; more comes only when the program reads its input.
            for try await _ in call.inbound { stalled.yield() }
            throw RPCFailure(code: .unimplemented, message: "not here")
        default: throw RPCFailure(code: .unimplemented, message: "not here")
        }
    }
}

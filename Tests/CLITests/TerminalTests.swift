import Glibc
import Logging
import ReviewPackAPI
import Subprocess
import SystemPackage
import TTRPC
import TTRPCNIO
import TestTags
import Testing

/// What only a real terminal shows. script(1) of bsdutils runs the program on one and prints what came out of it.
@Suite("reviewpackctl on a terminal", .tags(.commandLine))
struct TerminalTests {
    /// Runs the program's command line on a terminal, with `input` typed, and returns what a person saw.
    private func onTerminal(_ arguments: String, input: String = "") async throws -> String {
        let scratch = ScratchDirectory()
        let server = try await TTRPCServer.start(
            on: .bind(path: "\(scratch.path)/s", mode: 0o600, group: nil), handler: PackService(),
            logger: Logger(label: "test"))
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let folder = bundle.lastIndex(of: "/").map { String(bundle[..<$0]) } ?? "."
        let result: Result<String, any Error>
        do {
            let run = try await Subprocess.run(
                .path("/usr/bin/script"),
                arguments: ["-qec", "\(folder)/reviewpackctl \(arguments) --address \(scratch.path)/s", "/dev/null"],
                environment: .inherit.updating(["TERM": "xterm", "NO_COLOR": "1"]), input: .string(input),
                output: .string(limit: 1 << 16), error: .string(limit: 4096))
            result = .success(run.standardOutput)
        } catch { result = .failure(error) }
        await server.drain(deadline: .zero)
        return try result.get()
    }

    @Test("waiting for a pack draws its progress on one line, which the result replaces")
    func progress() async throws {
        let seen = try await onTerminal("generate \(Fixture.tenant)")
        let erasing = "\r\u{1B}[K"
        let parts = seen.split(separator: erasing, omittingEmptySubsequences: true)
        #expect(parts.count >= 2, "\(seen.debugDescription)")
        #expect(parts.dropLast().contains { $0.contains("findings") && !$0.contains("\n") }, "\(seen.debugDescription)")
        #expect(parts.last?.hasPrefix("Review pack\r\n") == true, "\(seen.debugDescription)")
    }

    @Test("expire asks, and does only what was answered", arguments: [("y\n", true), ("n\n", false)])
    func question(answer: String, proceeds: Bool) async throws {
        let seen = try await onTerminal("expire \(Fixture.packID)", input: answer)
        #expect(seen.contains("Delete the file of pack 89abcdef of Contoso Ltd? [y/N] "), "\(seen.debugDescription)")
        #expect(seen.contains("\(Fixture.packID)  expired") == proceeds, "\(seen.debugDescription)")
        #expect(seen.contains("not confirmed; nothing was changed") != proceeds, "\(seen.debugDescription)")
    }
}

/// Generates one pack in view of the caller, and expires it.
private struct PackService: CallHandler {
    func route(service: String, method: String) -> CallRoute? {
        let descriptor = MethodDescriptor(
            service: service, method: method, kind: method == "Watch" ? .serverStreaming : .unary,
            requestLimit: 1 << 20)
        return CallRoute(descriptor) { (call) async throws(RPCFailure) in try await self.answer(call) }
    }

    private func answer(_ call: ServerCall) async throws(RPCFailure) -> [UInt8]? {
        switch call.descriptor.method {
        case "Generate":
            return Proto.GenerateResponse(pack: Fixture.pack(.queued), outcome: .created).serialized()
        case "Watch":
            let progress = Proto.PackProgress(phase: "findings", findingsDone: 1, findingsTotal: 4)
            try await call.send(
                Proto.WatchPackResponse(pack: Fixture.pack(.generating), progress: progress).serialized())
            return Proto.WatchPackResponse(pack: Fixture.pack(.ready)).serialized()
        case "Get": return Proto.GetPackResponse(pack: Fixture.pack(.ready)).serialized()
        case "Expire": return Proto.ExpirePackResponse(pack: Fixture.pack(.expired)).serialized()
        default: throw RPCFailure(code: .unimplemented, message: "not here")
        }
    }
}

import Foundation
import ReviewPackAPI
import ReviewPackClient
import Synchronization
import TestTags
import Testing

@Suite(.tags(.commandLine))
struct UsageTests {
    @Test(
        "reviewpackd without a command, or with half of one, ends with 64 and its usage on standard error",
        arguments: [[], ["config"], ["keys"]])
    func missingCommand(arguments: [String]) async throws {
        let result = try await run(Programs.daemon, arguments)
        #expect(result.exit == 64, "\(result)")
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("USAGE: reviewpackd"), "\(result)")
    }

    @Test("a state directory that cannot be made ends with 73 and what to do, and its keys are not there")
    func noStateDirectory() async throws {
        let scratch = try Scratch()
        let missing = scratch.file("none") + "/state"
        let serve = try await run(Programs.daemon, ["serve", "--state-dir", missing])
        #expect(serve.exit == 73, "\(serve)")
        #expect(serve.errors.contains("make the directory above it first"), "\(serve)")
        let below = Programs.examples + "/hardening.json/state"
        #expect(try await run(Programs.daemon, ["serve", "--state-dir", below]).exit == 73)
        let keys = try await run(Programs.daemon, ["keys", "list", "--state-dir", missing])
        #expect(keys.exit == 66, "\(keys)")
        #expect(keys.errors.contains("start the daemon once"), "\(keys)")
        let rotate = try await run(Programs.daemon, ["keys", "rotate", "--state-dir", missing])
        #expect(rotate.exit == 73, "\(rotate)")
    }

    @Test("a watch outlives a daemon that is killed, and ends with what the next one says of the pack")
    func watchOverRestart() async throws {
        let scratch = try Scratch()
        let watching = Mutex<Task<Proto.Pack, any Error>?>(nil)
        try await withDaemon(in: scratch, endsWith: 128 + SIGKILL) { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Busy Ltd", findings: 20_000)
            let (begun, begins) = AsyncStream<Void>.makeStream()
            let isAlive = Mutex(true)
            let task = Task {
                try await daemon.withClient { client in
                    let id = try await client.generate(Proto.GenerateRequest(tenant: Scene.otherTenant)).pack?.id
                    return try await client.watch(try #require(id)) { _ in
                        // Once: later its process id may be another's.
                        isAlive.withLock { isAlive in
                            if isAlive { kill(daemon.pid, SIGKILL) }
                            isAlive = false
                        }
                        begins.yield()
                    }
                }
            }
            watching.withLock { $0 = task }
            for await _ in begun { break }
        }
        try await withDaemon(in: scratch) { _ in
            let pack = try await watching.withLock { $0 }?.value
            #expect(pack?.status == .failed)
            #expect(pack?.failureReason == "interrupted")
        }
    }
}

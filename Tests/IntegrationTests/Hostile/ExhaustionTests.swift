import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

/// What all users share, used up by some of them.
@Suite(
    .tags(.limits, .hostileInput),
    .enabled(if: Account.othersAvailable, "needs root, to call as other users"),
    .enabled(if: Programs.installed("python3") != nil, "needs python3"), .timeLimit(.minutes(4)))
struct ExhaustionTests {
    @Test("when all connections are taken a third user is refused for it, and served as soon as some are closed")
    func allConnections() async throws {
        try await withDaemon(arguments: ["--max-connections", "4", "--max-connections-per-user", "2"]) { daemon in
            let call = RawCall(Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest())
            let (_, first) = try await daemon.during("hold", "2") {
                let (_, second) = try await daemon.during("hold", "2", stop: "stop-second", as: .accomplice) {
                    let refused = try #require(try await daemon.probe([call], as: .stranger).first)
                    #expect(refused.code == 8 && refused.reason == "CONNECTION_LIMIT", "\(refused)")
                }
                #expect(second == "held=2")
                // The daemon hears of the closing a moment after it.
                var answer: RawAnswer?
                while answer?.code != 0 {
                    answer = try await daemon.probe([call], as: .stranger).first
                    #expect(answer?.code == 0 || answer?.reason == "CONNECTION_LIMIT", "\(String(describing: answer))")
                }
            }
            #expect(first == "held=2")
        }
    }

    @Test("out of descriptors, the daemon neither spins nor drops those it serves, and goes on when there are some")
    func descriptors() async throws {
        try await withDaemon { daemon in
            try await daemon.withClient { client in
                _ = try await client.whoAmI()
                let before = try ProcessFigures(of: daemon.pid)
                try await Self.limitDescriptors(of: daemon, to: before.descriptors)
                // The kernel takes the connections and keeps them in the queue; the daemon cannot.
                let waiting = try (0..<50).map { _ in try Self.connection(to: daemon.address) }
                defer { for descriptor in waiting { close(descriptor) } }
                let busy = try ProcessFigures(of: daemon.pid).processorSeconds
                // The one time that is waited for: the measured one.
                try await Task.sleep(for: .seconds(2))
                let spent = try ProcessFigures(of: daemon.pid).processorSeconds - busy
                #expect(spent < 0.5, "\(spent) s of processor time in 2 s")
                #expect(try await client.whoAmI().uid == geteuid())
                try await Self.limitDescriptors(of: daemon, to: 1000)
                // Behind the fifty.
                let uid = try await daemon.withClient { try await $0.whoAmI().uid }
                #expect(uid == geteuid())
            }
        }
    }

    private static func limitDescriptors(of daemon: Daemon, to count: Int) async throws {
        try await run("/usr/bin/prlimit", ["--pid", "\(daemon.pid)", "--nofile=\(count):"]).succeeded()
    }

    private static func connection(to path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(connected == 0)
        return descriptor
    }
}

import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

/// Another user's programs that make more calls, or other ones, than anybody should.
@Suite(
    .tags(.wire, .hostileInput, .limits),
    .enabled(if: Account.othersAvailable, "needs root, to call as other users"),
    .enabled(if: Programs.installed("python3") != nil, "needs python3"), .timeLimit(.minutes(4)))
struct HostileCallTests {
    @Test("calls without end on one connection are answered, and leave nothing")
    func manyStreams() async throws {
        try await withDaemon { daemon in
            let count = QuietMachine.rounds == nil ? "50000" : "1000000"
            _ = try await daemon.attack("streams", "2000")
            let before = try ProcessFigures(of: daemon.pid).descriptors
            let said = try await daemon.growing(atMost: 16) { try await daemon.attack("streams", count) }
            #expect(said == "ok=\(count)")
            #expect(try ProcessFigures(of: daemon.pid).descriptors <= before)
        }
    }

    @Test("reused, even and wrapped stream ids are refused one by one, and cost the connection nothing else")
    func streamIDs() async throws {
        try await withDaemon { daemon in
            let said = try await daemon.attack("ids")
            let refused = "MALFORMED_MESSAGE"
            #expect(
                said == """
                    5=ok 5=\(refused) 3=\(refused) 2=\(refused) 0=\(refused) 4294967294=\(refused) 7=ok 4294967295=ok \
                    1=\(refused) 9=\(refused)
                    """)
        }
    }

    @Test("a user who asks for everything at once gets a share of it, and the next one who asks comes next")
    func generateFlood() async throws {
        try await withDaemon(arguments: ["--generations-per-user", "3"]) { daemon in
            try await daemon.makeTenant()
            let tenants = (0..<6).map { "11111111-2222-4333-8444-55555555555\($0)" }
            for tenant in tenants { try await daemon.makeTenant(tenant, name: "Busy Ltd", findings: 5000) }
            try await daemon.grant(
                "manager", to: ["--user", "\(Account.attacker.uid)"], in: ["--workspace", Scene.workspace])
            // One generation at a time, whatever waits.
            try await daemon.growing(atMost: 64) { try await Self.flood(daemon, tenants) }
        }
    }

    private static func flood(_ daemon: Daemon, _ tenants: [String]) async throws {
        #expect(try await daemon.attack(["flood"] + tenants) == "JOB_LIMIT=3 ok=3")
        try await daemon.withClient { client in
            let mine = try #require(try await client.generate(Proto.GenerateRequest(tenant: Scene.tenant)).pack?.id)
            #expect(try await client.watch(mine).status == .ready)
            for pack in try await client.packs(Proto.ListPacksRequest()) where pack.id != mine {
                #expect(try await client.watch(pack.id).status == .ready)
            }
            let inOrder = try await client.packs(Proto.ListPacksRequest()).sorted {
                ($0.generatedAt?.rawValue ?? 0) < ($1.generatedAt?.rawValue ?? 0)
            }
            #expect(inOrder.count == 4)
            #expect(inOrder.last?.id != mine, "all three of the flood were generated first")
        }
    }
}

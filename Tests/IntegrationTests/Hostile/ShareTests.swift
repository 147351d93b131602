import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

/// One user's calls without end, each legal and each for something that is shared: the readers, the writer, memory.
@Suite(
    .tags(.limits),
    .enabled(if: Account.othersAvailable, "needs root, to call as other users"),
    .enabled(if: Programs.installed("python3") != nil, "needs python3"), .timeLimit(.minutes(4)))
struct ShareTests {
    /// Others than the attacker may wait for what is under way, but not for what waits; other tests run beside this
    /// one.
    private static let patience = Duration.seconds(10)

    private func hex(_ message: some WireMessage) -> String {
        message.serialized().map { String(UInt16(0x100 | UInt16($0)), radix: 16).dropFirst() }.joined()
    }

    /// The slowest of `count` calls, which must all succeed.
    private static func slowest(_ count: Int, _ call: () async throws -> some Any) async throws -> Duration {
        var latencies = Latencies()
        for _ in 0..<count { try await latencies.time(call) }
        return latencies.all.max() ?? .zero
    }

    /// The attacker's own calls are done, or on a busy machine too late for their deadline; nothing else.
    private static func wasServed(_ attack: String) -> Bool {
        let words = Set(attack.split(separator: " ").map { $0.prefix { $0 != "=" } })
        return words.contains("ok") && words.isSubset(of: ["ok", "DEADLINE_EXCEEDED"])
    }

    @Test("a viewer's 512 looks at a tenant at once leave others' calls and the health of the service their readers")
    func readers() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant(findings: 20_000)
            try await daemon.grant(
                "viewer", to: ["--user", "\(Account.attacker.uid)"], in: ["--tenant", Scene.tenant])
            let look = hex(Proto.GetTenantRequest(tenant: Scene.tenant))
            let (slowest, attack) = try await daemon.during(
                "storm", "512", "reviewpack.v1.DirectoryService/GetTenant", look
            ) {
                try await daemon.withClient { client in
                    let who = try await Self.slowest(30) { try await client.whoAmI() }
                    let list = try await Self.slowest(30) { try await client.packs(Proto.ListPacksRequest()) }
                    return max(who, list, try await Self.slowest(30) { try await client.health() })
                }
            }
            #expect(slowest < Self.patience)
            #expect(Self.wasServed(attack), "\(attack)")
        }
    }

    @Test("a collector's hardening without end, and its failed scans, leave others' writes their turn")
    func writer() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.grant(
                "collector", to: ["--user", "\(Account.attacker.uid)"], in: ["--tenant", Scene.tenant])
            let documents = ["a", "b"].map { letter in
                let canaries = (0..<900).map { #""\#(letter)\#($0)":"passed""# }
                return Array(#"{"canary_results":{\#(canaries.joined(separator: ","))}}"#.utf8)
            }
            let puts = documents.map { hex(Proto.PutHardeningRequest(tenant: Scene.tenant, document: $0)) }
            let (slowest, attack) = try await daemon.during(
                "storm", "64", "reviewpack.v1.IngestService/PutHardening", puts.joined(separator: ",")
            ) {
                try await daemon.withClient { client in
                    var number = 0
                    return try await Self.slowest(30) {
                        number += 1
                        return try await client.createWorkspace(name: "w\(number)")
                    }
                }
            }
            #expect(slowest < Self.patience)
            #expect(Self.wasServed(attack), "\(attack)")
        }
    }

    @Test("a report of nothing but names keeps neither memory nor the writer")
    func names() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.grant(
                "collector", to: ["--user", "\(Account.attacker.uid)"], in: ["--tenant", Scene.tenant])
            try await daemon.growing(atMost: 64) {
                let (slowest, attack) = try await daemon.during(
                    "names", Scene.tenant, "6", stop: nil
                ) {
                    try await daemon.withClient { client in
                        var number = 0
                        return try await Self.slowest(60) {
                            number += 1
                            return try await client.createWorkspace(name: "w\(number)")
                        }
                    }
                }
                #expect(slowest < Self.patience)
                #expect(attack == "ok")
            }
        }
    }
}

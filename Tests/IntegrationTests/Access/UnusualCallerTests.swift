import ReviewPackAPI
import TestTags
import Testing

@Suite(.tags(.access), .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
struct UnusualCallerTests {
    @Test("large uids are callers like others, and no other's: nothing is cut off their numbers")
    func largeUIDs() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let get = RawCall(Methods.directoryServiceGetTenant, Proto.GetTenantRequest(tenant: Scene.tenant))
            let who = RawCall(Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest())
            for uid in [4_294_967_294, 4_000_000_000, 2_147_483_648] as [UInt32] {
                try await daemon.grant("viewer", to: ["--user", "\(uid)"], in: ["--tenant", Scene.tenant])
                let answers = try await daemon.probe([get, who], as: Account("uid \(uid)", uid: uid))
                #expect(answers.map(\.verdict) == [.ok, .ok], "\(uid)")
                #expect(try Proto.WhoAmIResponse(serialized: answers[1].response).uid == uid)
                // The numbers that it would be with fewer bits or another sign.
                for other in [uid & 0x7fff_ffff, uid & 0xffff, UInt32(bitPattern: -Int32(bitPattern: uid &+ 1))]
                where other > 0 && other != uid && other != 65_534 {
                    let stranger = Account("uid \(other)", uid: other)
                    #expect(try await daemon.probe(get, as: stranger).verdict == .hidden, "\(other)")
                }
            }
        }
    }

    @Test("the uid of nobody in particular is not heard, and cannot be given anything")
    func overflowUID() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let calls = [
                RawCall(Methods.healthCheck, GRPCHealth.HealthCheckRequest()),
                RawCall(Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest()),
            ]
            let answers = try await daemon.probe(calls, as: Account("nobody", uid: 65_534, gid: 61_001))
            #expect(answers.map(\.code) == [-1, -1], "the connection is closed without an answer")
            for uid in ["65534", "4294967295"] {
                let result = try await daemon.ctl(
                    "member", "grant", "--role", "viewer", "--user", uid, "--tenant", Scene.tenant)
                #expect(result.exit == 64, "\(result)")
            }
        }
    }
}

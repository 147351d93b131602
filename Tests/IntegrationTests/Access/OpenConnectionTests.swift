import ReviewPackWire
import Testing

/// Callers who take a right from themselves, so that the calls before and after it go over one connection.
@Suite("A right that is taken away is gone with the next request of the same connection")
struct OpenConnectionTests {
    private static let hidden = ["-", "-", "NOT_FOUND"]

    /// The reasons of: looking at the pack, revoking, looking at it again.
    private func reasons(
        _ daemon: Daemon, as account: Account, onBehalfOf subject: String? = nil, pack: String,
        revoking role: Proto.Role, from principal: Proto.Principal.Kind, _ target: Proto.BindingTarget.Kind
    ) async throws -> [String] {
        let look = RawCall(Methods.reviewPackServiceGet, Proto.GetPackRequest(id: pack), onBehalfOf: subject)
        let revoke = RawCall(
            Methods.directoryServiceRevokeRole,
            Proto.RevokeRoleRequest(
                principal: Proto.Principal(kind: principal), role: role, target: Proto.BindingTarget(kind: target)),
            onBehalfOf: subject)
        return try await daemon.probe([look, revoke, look], as: account, onSameConnection: true).map(\.reason)
    }

    @Test(
        "of a tenant, of a workspace, of a group, of a subject and of a delegate",
        .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
    func revocation() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack: String = try #require(try await daemon.generate()["id"].string)
            let tenant = ["--tenant", Scene.tenant]
            let workspace = ["--workspace", Scene.workspace]

            let one = Account("an owner of the tenant", uid: 61_031)
            try await daemon.grant("owner", to: ["--user", "61031"], in: tenant)
            #expect(
                try await reasons(
                    daemon, as: one, pack: pack, revoking: .owner, from: .uid(61_031), .tenant(Scene.tenant))
                    == Self.hidden)

            let two = Account("an owner of the workspace", uid: 61_032)
            try await daemon.grant("owner", to: ["--user", "61032"], in: workspace)
            #expect(
                try await reasons(
                    daemon, as: two, pack: pack, revoking: .owner, from: .uid(61_032), .workspace(Scene.workspace))
                    == Self.hidden)

            let three = Account("an owner by a supplementary group", uid: 61_033, supplementaryGroups: [62_033])
            try await daemon.grant("owner", to: ["--group", "62033"], in: tenant)
            #expect(
                try await reasons(
                    daemon, as: three, pack: pack, revoking: .owner, from: .gid(62_033), .tenant(Scene.tenant))
                    == Self.hidden)

            let portal = Account("a portal's backend", uid: 61_020)
            try await daemon.grant("delegate", to: ["--user", "61020"], in: tenant)
            try await daemon.grant("owner", to: ["--subject", "anna"], in: tenant)
            try await daemon.grant("owner", to: ["--subject", "bert"], in: tenant)
            #expect(
                try await reasons(
                    daemon, as: portal, onBehalfOf: "anna", pack: pack, revoking: .owner, from: .subject("anna"),
                    .tenant(Scene.tenant)) == Self.hidden)
            #expect(
                try await reasons(
                    daemon, as: portal, onBehalfOf: "bert", pack: pack, revoking: .delegate, from: .uid(61_020),
                    .tenant(Scene.tenant)) == ["-", "-", "DELEGATION_DENIED"])
        }
    }
}

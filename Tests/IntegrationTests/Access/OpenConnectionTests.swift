import ReviewPackAPI
import TestTags
import Testing

/// What an open connection may do ends when somebody else, on another connection, takes the right away.
@Suite("A right that is taken away is gone with the next request of the same connection", .tags(.access))
struct OpenConnectionTests {
    /// A right that somebody has, and what its loss looks like.
    private struct Holder: Sendable {
        var account: Account
        var subject: String?
        var role: String
        var principal: [String]
        var scope: [String]
        var reason = "NOT_FOUND"
    }

    private static let tenant = ["--tenant", Scene.tenant]
    private static let portal = Account("a portal's backend", uid: 61_020)

    private static let holders = [
        Holder(
            account: Account("a viewer of the tenant", uid: 61_031), role: "viewer", principal: ["--user", "61031"],
            scope: tenant),
        Holder(
            account: Account("a viewer of the workspace", uid: 61_032), role: "viewer", principal: ["--user", "61032"],
            scope: ["--workspace", Scene.workspace]),
        Holder(
            account: Account("a viewer by a supplementary group", uid: 61_033, supplementaryGroups: [62_033]),
            role: "viewer", principal: ["--group", "62033"], scope: tenant),
        Holder(
            account: portal, subject: "anna", role: "viewer", principal: ["--subject", "anna"], scope: tenant),
        // The last, because it is every subject's.
        Holder(
            account: portal, subject: "bert", role: "delegate", principal: ["--user", "61020"], scope: tenant,
            reason: "DELEGATION_DENIED"),
    ]

    @Test(
        "of a tenant, of a workspace, of a group, of a subject and of a delegate",
        .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
    func revocation() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack: String = try #require(try await daemon.generate()["id"].string)
            try await daemon.grant("viewer", to: ["--subject", "bert"], in: Self.tenant)
            for holder in Self.holders { try await daemon.grant(holder.role, to: holder.principal, in: holder.scope) }
            for holder in Self.holders {
                let look = RawCall(
                    Methods.reviewPackServiceGet, Proto.GetPackRequest(id: pack), onBehalfOf: holder.subject)
                let reasons = try await daemon.probe([look, look], as: holder.account) {
                    try await daemon.revoke(holder.role, from: holder.principal, in: holder.scope)
                }.map(\.reason)
                #expect(reasons == ["-", holder.reason], "\(holder.account), for \(holder.subject ?? "itself")")
            }
        }
    }
}

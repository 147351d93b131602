import Foundation
import TestTags
import Testing

/// A portal's backend calls for people whom this machine does not know, in processes of its own under another uid.
@Suite(.tags(.access), .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
struct DelegationTests {
    private static let portal = Account("a portal's backend", uid: 61_020)

    /// A tenant with a ready pack; the portal may speak for others in the workspace, and manages the tenant itself.
    private static func furnish(_ daemon: Daemon) async throws -> String {
        try await daemon.makeTenant()
        let pack: String = try #require(try await daemon.generate()["id"].string)
        let workspace = ["--workspace", Scene.workspace]
        try await daemon.grant("delegate", to: ["--user", "61020"], in: workspace)
        try await daemon.grant("manager", to: ["--user", "61020"], in: workspace)
        return pack
    }

    @Test("a service has what its subject has: never more than the subject, and never its own rights")
    func neverMore() async throws {
        try await withDaemon { daemon in
            let pack = try await Self.furnish(daemon)
            try await daemon.grant("viewer", to: ["--subject", "anna"], in: ["--tenant", Scene.tenant])
            func call(_ arguments: String..., for subject: String?) async throws -> CommandResult {
                try await daemon.ctl(
                    arguments + (subject.map { ["--on-behalf-of", $0] } ?? []), as: Self.portal)
            }
            try await call("show", pack, for: "anna").succeeded()
            try await call("expire", pack, "--yes", for: "anna").refused(77, "CAPABILITY_REQUIRED")
            try await call("generate", Scene.tenant, "--no-pii", for: "anna").refused(77, "CAPABILITY_REQUIRED")
            // For bert, who has nothing, the pack is not there, although the service itself manages it.
            try await call("show", pack, for: "bert").refused(4, "NOT_FOUND")
            #expect(try await call("list", "-o", "id", for: "bert").succeeded().text.isEmpty)
            try await call("show", pack, for: nil).succeeded()

            // A right that the subject gains is the service's from the next request on, and gone with it.
            try await daemon.grant("manager", to: ["--subject", "anna"], in: ["--tenant", Scene.tenant])
            try await call("generate", Scene.tenant, "--no-pii", "--wait", for: "anna").succeeded()
            try await daemon.revoke("manager", from: ["--subject", "anna"], in: ["--tenant", Scene.tenant])
            try await call("expire", pack, "--yes", for: "anna").refused(77, "CAPABILITY_REQUIRED")
        }
    }

    @Test("system-wide rights are no subject's, whoever speaks for it")
    func noSystemRights() async throws {
        try await withDaemon { daemon in
            _ = try await Self.furnish(daemon)
            try await daemon.grant("pruner", to: ["--user", "61020"], in: ["--system"])
            try await daemon.ctl("prune", as: Self.portal).succeeded()
            try await daemon.ctl("prune", "--on-behalf-of", "anna", as: Self.portal)
                .refused(77, "CAPABILITY_REQUIRED")
            // Nor does an administrator keep its own by naming a subject.
            try await daemon.ctl("audit", "list", "--on-behalf-of", "anna").refused(77, "CAPABILITY_REQUIRED")
            try await daemon.ctl("workspace", "create", "mine", "--on-behalf-of", "anna")
                .refused(77, "CAPABILITY_REQUIRED")
        }
    }

    @Test("a subject's binding grants nothing to a local user, whatever number or name the subject has")
    func subjectsAreNotUsers() async throws {
        try await withDaemon { daemon in
            let pack = try await Self.furnish(daemon)
            let local = Account("a local user", uid: 61_040, supplementaryGroups: [62_040])
            for subject in ["61040", "uid:61040", "gid:62040", "user:61040", "root", "0"] {
                try await daemon.grant("owner", to: ["--subject", subject], in: ["--workspace", Scene.workspace])
            }
            try await daemon.ctl("show", pack, as: local).refused(4, "NOT_FOUND")
            #expect(try await daemon.ctl("tenant", "list", "-o", "id", as: local).succeeded().text.isEmpty)
            // Nor may it claim to speak for one of them.
            try await daemon.ctl("show", pack, "--on-behalf-of", "61040", as: local).refused(77, "DELEGATION_DENIED")
            try await daemon.ctl("show", pack, "--on-behalf-of", "61040", as: Self.portal).succeeded()
        }
    }

    @Test("both names are in the pack, its run, the notification's address and the audit log")
    func bothNames() async throws {
        try await withDaemon { daemon in
            _ = try await Self.furnish(daemon)
            try await daemon.grant("manager", to: ["--subject", "anna"], in: ["--tenant", Scene.tenant])
            let made = try await daemon.ctl(
                "generate", Scene.tenant, "--no-pii", "--wait", "-o", "json", "--on-behalf-of", "anna", as: Self.portal
            ).succeeded().json()["pack"]
            #expect(made["initiator"].string == "uid:61020" && made["on_behalf_of"].string == "anna")
            let id = try #require(made["id"].string)
            try await daemon.ctl("download", id, "-O", "-", "--on-behalf-of", "anna", as: Self.portal).succeeded()
            try await daemon.ctl("show", id, "--on-behalf-of", "bert", as: Self.portal).refused(4, "NOT_FOUND")

            let events = try await daemon.auditEvents("--subject", "anna", "--user", "61020")
            #expect(
                events.compactMap { $0["action"].string } == [
                    "review_pack.request", "review_pack.complete", "review_pack.token", "review_pack.download",
                ])
            #expect(events.allSatisfy { $0["actor"].string == "uid:61020" && $0["on_behalf_of"].string == "anna" })
            let denials = try await daemon.auditEvents("--subject", "bert")
            #expect(denials.map { $0["outcome"].string } == ["denied"])
            #expect(denials.first?["actor"].string == "uid:61020")

            // The message is anna's: the service sees it when it speaks for her, and not as its own.
            let whoami = ["whoami", "-o", "json"]
            let own = try await daemon.ctl(whoami, as: Self.portal).succeeded().json()
            let annas = try await daemon.ctl(whoami + ["--on-behalf-of", "anna"], as: Self.portal).succeeded().json()
            #expect(own["unread_notifications"].int == 0 && annas["unread_notifications"].int == 1)
            #expect(annas["on_behalf_of"].string == "anna" && annas["administrator"].bool == false)
        }
    }

    @Test("a token that was issued for one subject is worth nothing for another")
    func tokens() async throws {
        try await withDaemon { daemon in
            let pack = try await Self.furnish(daemon)
            for subject in ["anna", "bert"] {
                try await daemon.grant("viewer", to: ["--subject", subject], in: ["--tenant", Scene.tenant])
            }
            let token = try await daemon.ctl("token", pack, "--on-behalf-of", "anna", as: Self.portal)
                .succeeded().lines[0]
            func redeem(_ more: String...) async throws -> CommandResult {
                try await daemon.ctl(
                    ["download", "--token-file", "-", "-O", "-"] + more, as: Self.portal, input: Array(token.utf8))
            }
            try await redeem("--on-behalf-of", "anna").succeeded()
            try await redeem("--on-behalf-of", "bert").refused(77, "TOKEN_CALLER")
            try await redeem().refused(77, "TOKEN_CALLER")
        }
    }
}

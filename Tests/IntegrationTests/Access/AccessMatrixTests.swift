import AccessTesting
import Daemon
import Domain
import ReviewPackAPI
import TestTags
import Testing

@Suite(.tags(.access), .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
struct AccessMatrixTests {
    /// Who sits in which seat, and how: by a binding of the user, of the own group, or of a supplementary group.
    private struct Player: Sendable {
        var seat: Seat
        var account: Account
        var principal: [String]
    }

    private static let auditors: UInt32 = 62_002
    private static let operators: UInt32 = 62_003

    private static let players: [Player] = [
        Player(seat: .stranger, account: .stranger, principal: []),
        Player(seat: .pruner, account: Account("the prune timer", uid: 61_007), principal: ["--user", "61007"]),
        Player(
            seat: .viewer, account: Account("a viewer", uid: 61_002), principal: ["--user", "61002"]),
        Player(
            seat: .viewer,
            account: Account(
                "a viewer by a supplementary group", uid: 61_012, supplementaryGroups: [62_099, auditors]),
            principal: ["--group", "\(auditors)"]),
        Player(
            seat: .manager, account: Account("a manager", uid: 61_003), principal: ["--user", "61003"]),
        Player(
            seat: .manager, account: Account("a manager by the own group", uid: 61_013, gid: operators),
            principal: ["--group", "\(operators)"]),
        Player(
            seat: .collector, account: Account("a collector", uid: 61_004), principal: ["--user", "61004"]),
        Player(
            seat: .tenantOwner, account: Account("an owner of the tenants", uid: 61_005),
            principal: ["--user", "61005"]),
        Player(
            seat: .workspaceOwner, account: Account("an owner of the workspace", uid: 61_006),
            principal: ["--user", "61006"]),
        Player(seat: .administrator, account: Account("an administrator", uid: 0), principal: []),
    ]

    @Test("the matrix has a row for every method of the method table")
    func matrixIsComplete() throws {
        let rows = accessRows(.absent, evidence: try ExampleEvidence())
        #expect(Set(rows.map(\.call.method)) == Set(MethodTable.rows.map(\.method)))
    }

    /// The denials of one kind, which the audit log counts into few events.
    private struct Denial: Hashable, Sendable {
        var actor: String
        var method: String
        var reason: String
    }

    @Test("every method gives each role its answer, by the kernel's word for who calls, and each denial is an event")
    func everyMethodForEveryRole() async throws {
        let scratch = try Scratch()
        let denials = try await withDaemon(in: scratch) { daemon in
            var denials: [Denial: Int] = [:]
            let base = try await Self.furnish(daemon)
            let evidence = try ExampleEvidence()
            for (number, player) in Self.players.enumerated() {
                var at = base
                at.doomedTenant = "dddddddd-0000-4000-8000-00000000000\(number)"
                try await daemon.makeTenant(at.doomedTenant, name: "To be deleted \(number)")
                if player.seat == .tenantOwner {
                    try await daemon.grant("owner", to: player.principal, in: ["--tenant", at.doomedTenant])
                }
                at.doomedRule = try await Self.makeAlertRule(daemon)
                at.token = try await Self.token(for: player, pack: at.readyPack, daemon)

                let rows = accessRows(at, evidence: evidence)
                let answers = try await daemon.probe(rows.map(\.call), as: player.account)
                for (row, answer) in zip(rows, answers) {
                    #expect(
                        answer.verdict == row.verdict(for: player.seat),
                        "\(player.account) calls \(row.call.method.path): \(answer)")
                    // What an administrator does not find is not there.
                    guard answer.verdict == .denied || answer.verdict == .hidden, player.seat != .administrator else {
                        continue
                    }
                    let denial = Denial(
                        actor: "uid:\(player.account.uid)", method: row.call.method.path, reason: answer.reason)
                    denials[denial, default: 0] += 1
                }
            }
            return denials
        }
        #expect(!denials.isEmpty)
        // The counts of a minute that is not over are written when the daemon ends.
        let events = try await withDaemon(in: scratch) { try await $0.auditEvents("--outcome", "denied") }
        var told: [Denial: Int] = [:]
        for event in events {
            #expect(event["action"].string == "request.denied")
            let denial = Denial(
                actor: event["actor"].string ?? "", method: event["method"].string ?? "",
                reason: event["reason"].string ?? "")
            told[denial, default: 0] += event["count"].int ?? 0
        }
        #expect(told == denials)
    }

    @Test("without a tenant, List gives everybody the packs they may view and nothing of the others")
    func listIsScoped() async throws {
        try await withDaemon { daemon in
            let at = try await Self.furnish(daemon)
            for player in Self.players {
                let answer = try await daemon.probe(
                    RawCall(Methods.reviewPackServiceList, Proto.ListPacksRequest()), as: player.account)
                #expect(answer.verdict == .ok)
                let ids = try Proto.ListPacksResponse(serialized: answer.response).packs.map(\.id)
                #expect(ids.contains(at.readyPack) == player.seat.holds.contains(.view), "\(player.account)")
            }
        }
    }

    @Test("a delegate's call has the rights of its subject, inside the delegate's own scope")
    func delegation() async throws {
        try await withDaemon { daemon in
            let at = try await Self.furnish(daemon)
            let portal = Account("a portal's backend", uid: 61_020)
            try await daemon.grant("delegate", to: ["--user", "61020"], in: ["--tenant", Scene.tenant])
            try await daemon.grant("viewer", to: ["--subject", "anna"], in: ["--workspace", Scene.workspace])

            func call(_ method: RawCall, as account: Account) async throws -> Verdict {
                try await daemon.probe(method, as: account).verdict
            }
            let get = { (subject: String?) in
                RawCall(
                    Methods.reviewPackServiceGet, Proto.GetPackRequest(id: at.readyPack), onBehalfOf: subject)
            }
            #expect(try await call(get("anna"), as: portal) == .ok)
            #expect(try await call(get("bert"), as: portal) == .hidden, "a subject without bindings")
            #expect(try await call(get(nil), as: portal) == .hidden, "a delegate is no member itself")
            let manage = RawCall(
                Methods.reviewPackServiceExpire, Proto.ExpirePackRequest(id: at.readyPack), onBehalfOf: "anna")
            #expect(try await call(manage, as: portal) == .denied, "the subject only views")
            let outside = RawCall(
                Methods.reviewPackServiceList, Proto.ListPacksRequest(tenant: Scene.otherTenant), onBehalfOf: "anna")
            #expect(try await call(outside, as: portal) == .hidden, "outside of the delegate's scope")
            #expect(try await call(get("anna"), as: .stranger) == .undelegated)
            #expect(try await call(get("anna"), as: Account("a viewer", uid: 61_002)) == .undelegated)
        }
    }

    // MARK: The scene

    /// Two tenants with their evidence, a ready and an expired pack, and the bindings of all players.
    static func furnish(_ daemon: Daemon) async throws -> AccessTargets {
        try await daemon.makeTenant()
        try await daemon.makeTenant(Scene.otherTenant, name: "Quiet Ltd")
        try await daemon.importExamples()
        let old = try #require(try await daemon.generate(Scene.tenant, "--no-pii")["id"].string)
        try await daemon.ctl("expire", old, "--yes").succeeded()
        let ready = try await daemon.generate(Scene.tenant)
        try await daemon.generate(Scene.otherTenant)
        for player in players where !player.principal.isEmpty {
            switch player.seat {
            case .viewer, .manager, .collector:
                try await daemon.grant("\(player.seat)", to: player.principal, in: ["--workspace", Scene.workspace])
            case .workspaceOwner:
                try await daemon.grant("owner", to: player.principal, in: ["--workspace", Scene.workspace])
            case .tenantOwner:
                for tenant in [Scene.tenant, Scene.otherTenant] {
                    try await daemon.grant("owner", to: player.principal, in: ["--tenant", tenant])
                }
            case .pruner: try await daemon.grant("pruner", to: player.principal, in: ["--system"])
            default: break
            }
        }
        return AccessTargets(
            doomedTenant: Scene.absentTenant, readyPack: try #require(ready["id"].string), expiredPack: old,
            operation: try #require(ready["operation_run_id"].string))
    }

    static func makeAlertRule(_ daemon: Daemon) async throws -> String {
        let answer = try await daemon.probe(
            RawCall(
                Methods.notificationServiceCreateAlertRule,
                Proto.CreateAlertRuleRequest(
                    event: "review_pack.failed", target: Proto.BindingTarget(kind: .tenant(Scene.tenant)),
                    receiver: Proto.Principal(kind: .uid(61_999)))),
            as: .current)
        return try #require(try Proto.CreateAlertRuleResponse(serialized: answer.response).rule?.id)
    }

    /// A token that this very caller was given while it could view; the right is taken away again where the seat has
    /// none.
    private static func token(for player: Player, pack: String, _ daemon: Daemon) async throws -> String {
        let scope = ["--tenant", Scene.tenant]
        let user = ["--user", "\(player.account.uid)"]
        let lacksView = !player.seat.holds.contains(.view)
        if lacksView { try await daemon.grant("viewer", to: user, in: scope) }
        let answer = try await daemon.probe(
            RawCall(
                Methods.reviewPackServiceIssueDownloadToken, Proto.IssueDownloadTokenRequest(pack: pack)),
            as: player.account)
        if lacksView { try await daemon.revoke("viewer", from: user, in: scope) }
        try #require(answer.verdict == .ok, "\(answer)")
        return try Proto.IssueDownloadTokenResponse(serialized: answer.response).token
    }
}

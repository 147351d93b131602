import Foundation
import ReviewPackAPI
import TestTags
import Testing

@Suite("Notifications and alert rules, with real processes", .tags(.upkeep))
struct MessageTests {
    @Test("a ready pack tells its initiator how to open it, until that is marked as read")
    func ready() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack: String = try #require(try await daemon.generate()["id"].string)
            let list = try await daemon.ctl("notification", "list", "--unread", "-o", "json").succeeded().json()
            #expect(list.array.count == 1)
            let notification = list[0]
            #expect(notification["kind"].string == "review_pack.ready")
            #expect(notification["title"].string == "Review pack ready: \(Scene.tenantName)")
            #expect(notification["body"].string?.contains(Scene.tenantName) == true)
            #expect(notification["action"].string == "reviewpackctl show \(pack)")
            #expect(try await Self.unread(daemon) == 1)

            let id: String = try #require(notification["id"].string)
            let table = try await daemon.ctl("notification", "list").succeeded().text
            #expect(table.contains(id.suffix(8)) && table.contains("reviewpackctl show \(pack)"))
            let marked = try await daemon.ctl("notification", "read", String(id.suffix(8))).succeeded()
            #expect(marked.text == "1 notifications marked as read\n")
            #expect(try await Self.unread(daemon) == 0)
            #expect(try await daemon.ctl("notification", "read", "--all").succeeded().text.hasPrefix("0 "))
            #expect(try await daemon.ctl("notification", "list", "--unread", "-o", "id").succeeded().text.isEmpty)
            #expect(try await daemon.ctl("notification", "list", "-o", "id").succeeded().lines == [id])
        }
    }

    @Test(
        "a rule notifies a group of ready and failed packs; the reason of a failure is a sentence without paths",
        .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
    func rules() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Busy Ltd", findings: 5000)
            let auditor = Account("an auditor", uid: 61_030, supplementaryGroups: [62_030])
            try await daemon.grant("viewer", to: ["--group", "62030"], in: ["--workspace", Scene.workspace])
            let ids = try await ["review_pack.ready", "review_pack.failed"].asyncMap { event in
                try await daemon.ctl(
                    "alert-rule", "create", "--event", event, "--workspace", Scene.workspace, "--group", "62030", "-o",
                    "id"
                ).succeeded().lines[0]
            }
            let listed = try await daemon.ctl("alert-rule", "list", "--workspace", Scene.workspace, "-o", "id")
            #expect(try listed.succeeded().lines == ids)

            try await daemon.generate()
            let tooLate = try await daemon.cancelledPack(of: Scene.otherTenant).tooLate
            let seen = try await daemon.ctl("notification", "list", "-o", "json", as: auditor).succeeded().json()
            #expect(
                seen.array.map { $0["kind"].string }
                    == ["review_pack.failed"] + Array(repeating: "review_pack.ready", count: 1 + tooLate))
            let body = seen[0]["body"].string ?? ""
            #expect(body.contains("Busy Ltd") && body.contains("The generation was cancelled."))
            #expect(!body.contains("/"))
            #expect(try await Self.unread(daemon, as: auditor) == 2 + tooLate)
            #expect(try await Self.unread(daemon, as: .stranger) == 0)
            // The group's notifications are not the initiator's, so marking those leaves these.
            try await daemon.ctl("notification", "read", "--all").succeeded()
            #expect(try await Self.unread(daemon, as: auditor) == 2 + tooLate)

            for id in ids { try await daemon.ctl("alert-rule", "delete", id).succeeded() }
            try await daemon.ctl("alert-rule", "delete", ids[0]).refused(4, "NOT_FOUND")
            try await daemon.generate(Scene.tenant, "--no-pii")
            #expect(try await Self.unread(daemon, as: auditor) == 2 + tooLate)
        }
    }

    @Test("sla_due is not offered and cannot be chosen; an old rule that carries it lists and can be deleted")
    func legacy() async throws {
        let scratch = try Scratch()
        let rule = "0190aaaa-bbbb-7ccc-8ddd-000000000001"
        try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            let events = try await daemon.ctl("alert-rule", "events", "-o", "id").succeeded().lines
            #expect(
                events == [
                    "review_pack.ready", "review_pack.failed", "review_pack.expiring", "scan.failed", "scan.stale",
                ])
            try await daemon.ctl(
                "alert-rule", "create", "--event", "sla_due", "--tenant", Scene.tenant, "--user", "0"
            ).refused(64, "INVALID_FIELD")
        }
        try await Surgery.perform(
            """
            INSERT INTO alert_rule (id, scope, tenant, event, receiver, created_at)
            SELECT \(Surgery.blob(rule)), 3, number, 'sla_due', 'uid:0', 1000 FROM tenant
            """, in: scratch)
        try await withDaemon(in: scratch) { daemon in
            let rules = try await daemon.ctl("alert-rule", "list", "--tenant", Scene.tenant, "-o", "json")
                .succeeded().json()
            #expect(rules.array.map { $0["event"].string } == ["sla_due"])
            #expect(rules[0]["id"].string == rule)
            try await daemon.generate()
            try await daemon.ctl("alert-rule", "delete", rule).succeeded()
            let left = try await daemon.ctl("alert-rule", "list", "--tenant", Scene.tenant, "-o", "id").succeeded()
            #expect(left.text.isEmpty)
        }
    }

    private static func unread(_ daemon: Daemon, as account: Account = .current) async throws -> Int? {
        try await daemon.ctl("whoami", "-o", "json", as: account).succeeded().json()["unread_notifications"].int
    }
}

extension Array {
    /// One after the other.
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}

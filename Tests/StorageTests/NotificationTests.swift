import Domain
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Notifications and alert rules", .tags(.upkeep))
struct NotificationTests {
    @Test("go to the initiator and to the receivers of matching rules, each once")
    func receivers() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let other = try await test.tenant("Other", number: 2)
        func rule(_ event: AlertEvent, _ scope: AccessScope, _ receiver: Principal) async throws {
            _ = try await test.store.createAlertRule(event, scope: scope, receiver: receiver, stamp: TestStore.owner)
        }
        try await rule(.packReady, .tenant(tenant.id), .user(uid: 5))
        try await rule(.packReady, .workspace(tenant.workspaceID), .user(uid: 5))
        try await rule(.packReady, .tenant(tenant.id), .user(uid: 1000))
        try await rule(.packReady, .tenant(other.id), .user(uid: 6))
        try await rule(.packFailed, .tenant(tenant.id), .user(uid: 7))
        _ = try await test.pack(.ready, of: tenant)
        func count(_ uid: UInt32) async throws -> Int { try await test.store.unreadCount(for: [.user(uid: uid)]) }
        #expect(try await [count(1000), count(5), count(6), count(7)] == [1, 1, 0, 0])
    }

    @Test("a subject's notification goes to the subject, not to the service that spoke for it")
    func subjects() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let stamp = ActionStamp(actor: Actor(uid: 9, onBehalfOf: "alice"), method: "Generate")
        _ = try await test.store.grant(
            RoleBinding(principal: .subject("alice"), role: .manager, scope: .tenant(tenant.id)),
            stamp: TestStore.owner)
        let pack = try await test.store.requestGeneration(
            GenerationRequest(tenantID: tenant.id, options: PackOptions(), retentionDays: 90), stamp: stamp
        ).pack
        _ = try await test.store.failPack(pack.id, reason: .timeout)
        #expect(try await test.store.unreadCount(for: [.subject("alice")]) == 1)
        #expect(try await test.store.unreadCount(for: [.user(uid: 9)]) == 0)
    }

    @Test(
        "are not written for a subject that may not see what happened: a pack for who may view, a scan for members",
        arguments: [
            (nil, []), (.viewer, ["pack", "scan"]), (.manager, ["pack", "scan"]), (.owner, ["pack", "scan"]),
            (.collector, ["scan"]), (.delegate, []),
        ] as [(Role?, [String])])
    func subjectsWithoutSight(_ role: Role?, _ told: [String]) async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let other = try await test.tenant("Other", number: 2, workspace: "other")
        for event in [AlertEvent.packFailed, .scanFailed] {
            for scope in [AccessScope.tenant(tenant.id), .workspace(tenant.workspaceID)] {
                _ = try await test.store.createAlertRule(
                    event, scope: scope, receiver: .subject("alice"), stamp: TestStore.owner)
            }
        }
        // A right elsewhere is none here.
        _ = try await test.store.grant(
            RoleBinding(principal: .subject("alice"), role: .owner, scope: .workspace(other.workspaceID)),
            stamp: TestStore.owner)
        for scope in [AccessScope.tenant(tenant.id), .workspace(tenant.workspaceID)] {
            let binding = role.map { RoleBinding(principal: .subject("alice"), role: $0, scope: scope) }
            if let binding { _ = try await test.store.grant(binding, stamp: TestStore.owner) }
            _ = try await test.pack(.failed, of: tenant)
            let scan = ScanOutcome(type: .permissionPosture, startedAt: test.clock.now, failure: .timeout)
            try await test.store.recordScan(scan, of: tenant.id, stamp: TestStore.owner)
            let messages = try await test.store.listNotifications(
                for: [.subject("alice")], unreadOnly: true, page: PageRequest(limit: 9)
            ).items
            #expect(messages.map { $0.kind == .packFailed ? "pack" : "scan" }.sorted() == told)
            _ = try await test.store.markRead(nil, for: [.subject("alice")], stamp: TestStore.owner)
            if let binding { _ = try await test.store.revoke(binding, stamp: TestStore.owner) }
        }
    }

    @Test("of a subject whose right goes in the same step as the event happens are not written")
    func subjectsInOneStep() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let binding = RoleBinding(principal: .subject("alice"), role: .viewer, scope: .tenant(tenant.id))
        _ = try await test.store.grant(binding, stamp: TestStore.owner)
        let alert = Alert(
            event: .packFailed, workspaceID: tenant.workspaceID, tenantID: tenant.id, title: "t", body: "b")
        try await test.store.write { transaction in
            try transaction.execute("DELETE FROM role_binding")
            try transaction.notify(alert, initiator: Actor(uid: 9, onBehalfOf: "alice"))
        }
        #expect(try await test.store.unreadCount(for: [.subject("alice")]) == 0)
    }

    @Test("are read by their recipients alone, one by one or all, and paged newest first")
    func reading() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        for _ in 0..<5 { _ = try await test.pack(.failed, of: tenant) }
        let me: [Principal] = [.user(uid: 1000)]
        let page = try await test.store.listNotifications(for: me, unreadOnly: true, page: PageRequest(limit: 3))
        let rest = try await test.store.listNotifications(
            for: me, unreadOnly: true, page: PageRequest(limit: 3, after: page.next))
        #expect(page.items.count == 3 && rest.items.count == 2 && rest.next == nil)
        let id = page.items[0].id
        #expect(try await test.store.markRead([id], for: [.user(uid: 8)], stamp: TestStore.owner) == 0)
        #expect(try await test.store.markRead([id], for: me, stamp: TestStore.owner) == 1)
        #expect(try await test.store.markRead([id], for: me, stamp: TestStore.owner) == 0)
        #expect(try await test.store.markRead(nil, for: me, stamp: TestStore.owner) == 4)
        #expect(try await test.store.unreadCount(for: me) == 0)
        #expect(try await test.store.unreadCount(for: []) == 0)
    }

    @Test("rules are listed page by page, whatever is deleted in between and whatever cannot be shown")
    func pages() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        var made: [AlertRuleID] = []
        for uid in UInt32(1)...6 {
            made.append(
                try await test.store.createAlertRule(
                    .scanFailed, scope: .tenant(tenant.id), receiver: .user(uid: uid), stamp: TestStore.owner
                ).id)
        }
        let first = try await test.store.listAlertRules(of: .tenant(tenant.id), page: PageRequest(limit: 2))
        #expect(first.items.map(\.id) == Array(made[..<2]))
        // The rule where the page ended goes, and another one names an event that nobody knows any more.
        try await test.store.deleteAlertRule(made[1], stamp: TestStore.owner)
        try await test.store.write { [made] in
            try $0.execute("UPDATE alert_rule SET event = 'of_another_version' WHERE id = ?", [made[2]])
        }
        var rest: [AlertRuleID] = []
        var page = first
        while let next = page.next {
            page = try await test.store.listAlertRules(
                of: .tenant(tenant.id), page: PageRequest(limit: 2, after: next))
            rest += page.items.map(\.id)
        }
        #expect(rest == Array(made[3...]))
    }

    @Test("the legacy event is never offered or chosen, but stored rules with it load, list and are deleted")
    func legacy() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        #expect(!AlertEvent.offered.contains(.slaDue))
        #expect(
            await reason {
                _ = try await test.store.createAlertRule(
                    .slaDue, scope: .tenant(tenant.id), receiver: .user(uid: 1), stamp: TestStore.owner)
            } == .invalidField)
        let id = AlertRuleID(high: 3, low: 3)
        try await test.store.write {
            try $0.execute(
                """
                INSERT INTO alert_rule (id, scope, tenant, event, receiver, created_at)
                VALUES (?, 3, 1, 'sla_due', 'uid:4', 0)
                """, [id])
        }
        let listed = try await test.store.listAlertRules(of: .tenant(tenant.id), page: PageRequest(limit: 9)).items
        #expect(listed.map(\.event) == [.slaDue])
        try await test.store.deleteAlertRule(id, stamp: TestStore.owner)
        #expect(try await test.store.alertRule(id) == nil)
        #expect(await reason { try await test.store.deleteAlertRule(id, stamp: TestStore.owner) } == .notFound)
    }
}

import Domain
import ExitCodes
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("notification", .tags(.commandLine, .upkeep))
struct NotificationTests {
    private static func notification(_ id: String, kind: String, body: String, read: Bool) -> Proto.Notification {
        var notification = Proto.Notification()
        notification.id = id
        notification.kind = kind
        notification.title = "Review pack: Contoso Ltd"
        notification.body = body
        notification.pack = Fixture.packID
        notification.action = "reviewpackctl show \(Fixture.packID)"
        notification.createdAt = Fixture.now
        notification.readAt = read ? Fixture.now : nil
        return notification
    }

    private static let both = [
        notification(
            "0199f3a2-7b1c-7def-8123-0000000000a1", kind: "review_pack.failed", body: "It could not\u{1B} be made.",
            read: false),
        notification(
            "0199f3a2-7b1c-7def-8123-0000000000a2", kind: "review_pack.ready", body: "It is ready to download.",
            read: true),
    ]

    private func service(_ notifications: [Proto.Notification] = both) -> FakeService {
        let service = FakeService()
        service.on(Methods.notificationServiceListNotifications) { _ in
            Proto.ListNotificationsResponse(notifications: notifications)
        }
        service.on(Methods.notificationServiceMarkNotificationsRead) { request in
            Proto.MarkNotificationsReadResponse(marked: request.all ? 2 : Int64(request.ids.count))
        }
        return service
    }

    @Test("the list shows what happened and how to open it")
    func list() async throws {
        let service = service()
        expectGolden("notification-list", await run("notification", "list", service: service).output)
        _ = await run("notification", "list", "--unread", "--limit", "5", service: service)
        let requests = try service.requests(of: Methods.notificationServiceListNotifications)
        #expect(requests.map(\.unreadOnly) == [false, true])
        #expect(requests.map(\.pageSize) == [1000, 5])
    }

    @Test("an empty list tells a person what it is for, and is an empty array for a script")
    func empty() async {
        let person = await run("notification", "list", service: service([]), terminal: .plainPerson)
        #expect(person.errors.hasPrefix("No notifications yet\n"))
        #expect(await run("notification", "list", "-o", "json", service: service([])).output == "[]\n")
    }

    @Test("read takes whole ids, parts of ids, or all")
    func read() async throws {
        let service = service()
        let whole = await run("notification", "read", Self.both[0].id, service: service)
        #expect(whole.output == "1 notifications marked as read\n")
        #expect(service.calledMethods.count == 1, "a whole id asks no list")
        _ = await run("notification", "read", "000000a2", Self.both[0].id, "000000A1", service: service)
        #expect(try service.requests(of: Methods.notificationServiceListNotifications).count == 1)
        let all = await run("notification", "read", "--all", "-o", "jsonl", service: service)
        #expect(all.output == #"{"marked":2}"# + "\n")
        let requests = try service.requests(of: Methods.notificationServiceMarkNotificationsRead)
        #expect(
            requests.map(\.ids) == [
                [Self.both[0].id], [Self.both[1].id, Self.both[0].id, Self.both[0].id], [],
            ])
        #expect(requests.map(\.all) == [false, false, true])
    }

    @Test("a part that several or none of them have marks nothing", arguments: [("0199f3", 64), ("abcdef", 4)])
    func unclear(part: String, exit: Int32) async {
        let service = service()
        let result = await run("notification", "read", part, service: service)
        #expect(result.status?.rawValue == exit)
        #expect(!service.calledMethods.contains(Methods.notificationServiceMarkNotificationsRead.erased.path))
    }

    @Test("more than a hundred go in several requests")
    func batches() async throws {
        let service = service()
        let ids = (0..<150).map { "0199f3a2-7b1c-7def-8123-" + String(repeating: "0", count: 9) + "\($0 + 100)" }
        let result = await run(["notification", "read"] + ids, service: service)
        #expect(result.output == "150 notifications marked as read\n")
        let requests = try service.requests(of: Methods.notificationServiceMarkNotificationsRead)
        #expect(requests.map(\.ids.count) == [100, 50])
    }
}

@Suite("alert-rule", .tags(.commandLine, .upkeep))
struct AlertRuleTests {
    private static func rule(_ event: String, _ target: Proto.BindingTarget.Kind) -> Proto.AlertRule {
        Proto.AlertRule(
            id: Fixture.runID, event: event, target: Proto.BindingTarget(kind: target),
            receiver: Proto.Principal(kind: .uid(1000)), createdAt: Fixture.now, createdBy: "uid:0")
    }

    @Test("events and rules are tables; a rule with the legacy event is listed like any other")
    func lists() async throws {
        let service = FakeService()
        service.on(Methods.notificationServiceListAlertEvents) { _ in
            Proto.ListAlertEventsResponse(events: [
                Proto.AlertEvent(event: "review_pack.ready", description: "a review pack became ready")
            ])
        }
        service.on(Methods.notificationServiceListAlertRules) { request in
            Proto.ListAlertRulesResponse(rules: [
                Self.rule("review_pack.failed", .tenant(Fixture.tenant)), Self.rule("sla_due", .tenant(Fixture.tenant)),
            ])
        }
        let events = await run("alert-rule", "events", service: service).output
        let rules = await run("alert-rule", "list", "--tenant", Fixture.tenant, service: service).output
        expectGolden("alert-rules", events + rules)
        let requests = try service.requests(of: Methods.notificationServiceListAlertRules)
        #expect(requests.map(\.target?.kind) == [.tenant(Fixture.tenant)])
    }

    @Test("create sends numbers, and says whom it notifies of what")
    func create() async throws {
        let service = FakeService()
        service.on(Methods.notificationServiceCreateAlertRule) { request in
            Proto.CreateAlertRuleResponse(rule: Self.rule(request.event, .workspace("contoso")))
        }
        let result = await run(
            "alert-rule", "create", "--event", "scan.failed", "--workspace", "contoso", "--user", "alice",
            service: service)
        #expect(
            result.output
                == "Alert rule \(Fixture.runID): scan.failed of workspace contoso notifies user:alice\n")
        let request = try #require(try service.requests(of: Methods.notificationServiceCreateAlertRule).first)
        #expect(request.target?.kind == .workspace("contoso") && request.receiver?.kind == .uid(1000))
    }

    @Test("delete takes a whole id")
    func delete() async throws {
        let service = FakeService()
        service.on(Methods.notificationServiceDeleteAlertRule) { _ in Proto.DeleteAlertRuleResponse() }
        let result = await run("alert-rule", "delete", Fixture.runID.uppercased(), service: service)
        #expect(result.output == "Deleted alert rule \(Fixture.runID)\n")
        #expect(try service.requests(of: Methods.notificationServiceDeleteAlertRule).map(\.id) == [Fixture.runID])
        #expect(await run("alert-rule", "delete", "0199f3a2", service: service).status == .usage)
    }
}

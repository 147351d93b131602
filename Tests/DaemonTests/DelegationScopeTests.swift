import Domain
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("A delegate", .tags(.access))
struct DelegationScopeTests {
    private static let service = ServiceFixture.peer(700)
    private static let subject = "alice"

    /// Alice views two tenants of different workspaces and is told of packs of both; the service speaks for her in one
    /// of them.
    private func scene() async throws -> ServiceFixture {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam", workspace: "secret")
        for tenant in [ServiceFixture.contoso, ServiceFixture.fabrikam] {
            try await fixture.grant(.viewer, to: .subject(ExactText(Self.subject)), tenant: tenant)
            var rule = Proto.CreateAlertRuleRequest()
            rule.event = "review_pack.ready"
            rule.target = Proto.BindingTarget(kind: .tenant(tenant))
            rule.receiver = Proto.Principal(kind: .subject(Self.subject))
            _ = try await fixture.call(Methods.notificationServiceCreateAlertRule, rule)
            #expect(try await fixture.finished(fixture.generate(tenant: tenant).pack?.id ?? "").status == .ready)
        }
        try await fixture.grant(.delegate, to: .user(uid: 700))
        return fixture
    }

    @Test("is told of its subject's roles and notifications inside its own scope alone, and can mark no others read")
    func scope() async throws {
        let fixture = try await scene()
        let caller = try await fixture.call(
            Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest(), as: Self.service, onBehalfOf: Self.subject)
        #expect(caller.bindings.map(\.target) == [Proto.BindingTarget(kind: .tenant(ServiceFixture.contoso))])
        #expect(caller.unreadNotifications == 1)
        let seen = try await fixture.call(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest(), as: Self.service,
            onBehalfOf: Self.subject)
        #expect(seen.notifications.map(\.title) == ["Review pack ready: Contoso Ltd"])

        let everything = try await fixture.call(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest(), onBehalfOf: Self.subject)
        #expect(everything.notifications.count == 2)
        let all = Proto.MarkNotificationsReadRequest(ids: everything.notifications.map(\.id))
        let marked = try await fixture.call(
            Methods.notificationServiceMarkNotificationsRead, all, as: Self.service, onBehalfOf: Self.subject)
        #expect(marked.marked == 1)
    }
}

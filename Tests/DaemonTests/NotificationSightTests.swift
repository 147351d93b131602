import Domain
import ReviewPackAPI
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

/// How somebody comes by the right to see a tenant.
enum Standpoint: String, CaseIterable, CustomTestStringConvertible {
    case user, group, subject, subjectOfWorkspace

    var testDescription: String { rawValue }

    var principal: Principal {
        switch self {
        case .user: .user(uid: 1001)
        case .group: .group(gid: 88)
        case .subject, .subjectOfWorkspace: .subject("vera")
        }
    }

    /// The receiver of the alert rule and its later reader: of a group, one of its members.
    var receiver: Principal { self == .group ? .user(uid: 1001) : principal }
    var peer: PeerIdentity {
        self == .user || self == .group ? ServiceFixture.peer(1001, groups: [88]) : ServiceFixture.root
    }
    var subject: String? { self == .user || self == .group ? nil : "vera" }

    var target: Proto.BindingTarget {
        Proto.BindingTarget(kind: self == .subjectOfWorkspace ? .workspace("msp") : .tenant(ServiceFixture.contoso))
    }
}

@Suite("Whoever may not see what a notification is about any more", .tags(.access))
struct NotificationSightTests {
    private func change(
        _ role: Proto.Role, of standpoint: Standpoint, granted: Bool, _ fixture: ServiceFixture
    ) async throws {
        let principal = Proto.Principal(standpoint.principal)
        if granted {
            _ = try await fixture.call(
                Methods.directoryServiceGrantRole,
                Proto.GrantRoleRequest(principal: principal, role: role, target: standpoint.target))
        } else {
            _ = try await fixture.call(
                Methods.directoryServiceRevokeRole,
                Proto.RevokeRoleRequest(principal: principal, role: role, target: standpoint.target))
        }
    }

    private func listen(_ standpoint: Standpoint, _ fixture: ServiceFixture) async throws {
        for event in ["review_pack.ready", "scan.failed"] {
            _ = try await fixture.call(
                Methods.notificationServiceCreateAlertRule,
                Proto.CreateAlertRuleRequest(
                    event: event, target: standpoint.target, receiver: Proto.Principal(standpoint.receiver)))
        }
    }

    private func happen(_ fixture: ServiceFixture) async throws {
        try await fixture.importFindings(prefix: "f\(fixture.now.rawValue)")
        fixture.advance(minutes: 1)
        #expect(try await fixture.finished(fixture.generate().pack?.id ?? "").status == .ready)
        _ = try await fixture.call(
            Methods.ingestServiceRecordScan,
            Proto.RecordScanRequest(
                tenant: ServiceFixture.contoso, type: .permissionPosture, startedAt: fixture.now, reasonCode: "timeout")
        )
    }

    private func told(_ standpoint: Standpoint, _ fixture: ServiceFixture) async throws -> [Proto.Notification] {
        let caller = try await fixture.call(
            Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest(), as: standpoint.peer, onBehalfOf: standpoint.subject)
        let listed = try await fixture.call(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest(unreadOnly: true),
            as: standpoint.peer, onBehalfOf: standpoint.subject
        ).notifications
        #expect(caller.unreadNotifications == Int64(listed.count))
        return listed
    }

    private func marked(_ ids: [String], _ standpoint: Standpoint, _ fixture: ServiceFixture) async throws -> Int64 {
        try await fixture.call(
            Methods.notificationServiceMarkNotificationsRead,
            Proto.MarkNotificationsReadRequest(ids: ids, all: ids.isEmpty), as: standpoint.peer,
            onBehalfOf: standpoint.subject
        ).marked
    }

    @Test(
        "is shown none, old or new, can mark none read, and sees the old ones again with the right",
        arguments: Standpoint.allCases)
    func revoked(_ standpoint: Standpoint) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await change(.viewer, of: standpoint, granted: true, fixture)
        try await listen(standpoint, fixture)
        try await happen(fixture)
        let before = try await told(standpoint, fixture)
        #expect(Set(before.map(\.kind)) == ["review_pack.ready", "scan.failed"])

        try await change(.viewer, of: standpoint, granted: false, fixture)
        #expect(try await told(standpoint, fixture).isEmpty)
        try await happen(fixture)
        #expect(try await told(standpoint, fixture).isEmpty)
        // A hidden one counts as little as one that never was.
        let hidden = try await marked([before[0].id], standpoint, fixture)
        let absent = try await marked(["01890a5d-ac96-774b-bcce-b302099a8057"], standpoint, fixture)
        #expect(hidden == 0 && absent == 0)
        #expect(try await marked([], standpoint, fixture) == 0)

        try await change(.viewer, of: standpoint, granted: true, fixture)
        let after = try await told(standpoint, fixture).map(\.id)
        #expect(Set(before.map(\.id)).isSubset(of: after))
        // For a subject what happened in between was not even written.
        if standpoint.subject != nil { #expect(after.count == before.count) }
    }

    @Test("but is still a member is told of scans and not of packs", arguments: Standpoint.allCases)
    func memberWithoutView(_ standpoint: Standpoint) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await change(.collector, of: standpoint, granted: true, fixture)
        try await change(.viewer, of: standpoint, granted: true, fixture)
        try await listen(standpoint, fixture)
        try await happen(fixture)
        try await change(.viewer, of: standpoint, granted: false, fixture)
        try await happen(fixture)
        #expect(try await told(standpoint, fixture).map(\.kind) == ["scan.failed", "scan.failed"])
    }

    @Test("is told nothing as the initiator of a pack either")
    func initiator() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let standpoint = Standpoint.user
        try await change(.manager, of: standpoint, granted: true, fixture)
        let pack = try await fixture.call(
            Methods.reviewPackServiceGenerate, Proto.GenerateRequest(tenant: ServiceFixture.contoso),
            as: standpoint.peer
        ).pack
        #expect(try await fixture.finished(pack?.id ?? "").status == .ready)
        #expect(try await told(standpoint, fixture).count == 1)
        try await change(.manager, of: standpoint, granted: false, fixture)
        #expect(try await told(standpoint, fixture).isEmpty)
    }

    @Test("made a rule that stays: it tells its receivers as before, until it is deleted")
    func creator() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.grant(.owner, to: .user(uid: 1002))
        try await fixture.grant(.viewer, to: .user(uid: 1001))
        _ = try await fixture.call(
            Methods.notificationServiceCreateAlertRule,
            Proto.CreateAlertRuleRequest(
                event: "review_pack.ready", target: Standpoint.user.target,
                receiver: Proto.Principal(Standpoint.user.receiver)), as: ServiceFixture.peer(1002))
        _ = try await fixture.call(
            Methods.directoryServiceRevokeRole,
            Proto.RevokeRoleRequest(
                principal: Proto.Principal(kind: .uid(1002)), role: .owner, target: Standpoint.user.target))
        try await happen(fixture)
        #expect(try await told(.user, fixture).map(\.kind) == ["review_pack.ready"])
    }
}

import Domain
import ReviewPackAPI
import Storage
import Synchronization
import TTRPCNIO
import Testing

@testable import Daemon

/// A workspace with a tenant in each state, another workspace, and the grants of every caller.
struct MatrixScene: Sendable {
    let fixture: ServiceFixture
    private(set) var objects: [ObjectState: MatrixObject] = [.absent: .absent]
    private static let neighbour = "bbbbbbbb-0000-4000-8000-000000000001"
    private let made = Counter()

    init(_ fixture: ServiceFixture) async throws {
        self.fixture = fixture
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam", workspace: "other")
        try await fixture.makeTenant(Self.neighbour, name: "Next door")
        for (state, status) in [(ObjectState.exists, PackStatus.ready), (.expired, .expired), (.failed, .failed)] {
            objects[state] = try await object(status)
        }
        for caller in MatrixCaller.all {
            for grant in caller.grants where grant.place != .tenants { try await make(grant) }
        }
    }

    /// The thing in that state, with a token of the caller for its pack.
    func object(_ state: ObjectState, for caller: MatrixCaller) throws -> MatrixObject {
        var object = try #require(objects[state])
        object.token = fixture.core.tokens.issue(
            pack: object.pack, uid: caller.peer.uid, subject: caller.subject.map { ExactText($0) },
            issuedAt: fixture.now,
            expiresAt: fixture.now.advanced(byMinutes: 5))
        return object
    }

    /// A copy of the object in which that which a call uses up is one of its own.
    func object(_ object: MatrixObject, toUseUp consumed: MatrixRow.Consumed) async throws -> MatrixObject {
        var object = object
        switch consumed {
        case .pack: object.pack = try await self.object(.ready).pack
        case .tenant: object.tenant = try await makeTenant()
        case .tenantRule: object.tenantRule = try await makeRule(.tenant(object.tenant), "review_pack.failed")
        case .workspaceRule: object.workspaceRule = try await makeRule(.workspace(object.workspace), "scan.failed")
        case .workspace:
            object.workspace = "doomed \(made.next())"
            _ = try await fixture.call(
                Methods.directoryServiceCreateWorkspace, Proto.CreateWorkspaceRequest(name: object.workspace))
        }
        return object
    }

    private func object(_ status: PackStatus) async throws -> MatrixObject {
        let tenant = try await makeTenant()
        let pack = try await fixture.makePack(status, tenant: tenant)
        return MatrixObject(
            tenant: tenant, pack: pack.id, run: pack.operationRunID.description,
            tenantRule: try await makeRule(.tenant(tenant), "review_pack.ready"),
            workspaceRule: try await makeRule(.workspace("msp"), "review_pack.ready"))
    }

    /// A tenant of the workspace, with the grants of those who are bound to tenants alone.
    private func makeTenant() async throws -> String {
        let number = made.next()
        let id = "aaaaaaaa-0000-4000-8000-\(String(number + 100_000_000_000))"
        try await fixture.makeTenant(id, name: "Tenant \(number)")
        for grant in MatrixCaller.all.flatMap(\.grants) where grant.place == .tenants {
            try await fixture.grant(grant.role, to: grant.principal, tenant: id)
        }
        return id
    }

    private func make(_ grant: MatrixCaller.Grant) async throws {
        let target: Proto.BindingTarget.Kind =
            switch grant.place {
            case .system: .system(true)
            case .workspace, .tenants: .workspace("msp")
            case .neighbour: .tenant(Self.neighbour)
            case .elsewhere: .workspace("other")
            }
        _ = try await fixture.call(
            Methods.directoryServiceGrantRole,
            Proto.GrantRoleRequest(
                principal: Proto.Principal(grant.principal), role: Proto.Role(grant.role),
                target: Proto.BindingTarget(kind: target)))
    }

    /// Each has a receiver of its own, for the same rule twice would be one.
    private func makeRule(_ target: Proto.BindingTarget.Kind, _ event: String) async throws -> String {
        let rule = try await fixture.call(
            Methods.notificationServiceCreateAlertRule,
            Proto.CreateAlertRuleRequest(
                event: event, target: Proto.BindingTarget(kind: target),
                receiver: Proto.Principal(kind: .uid(UInt32(50_000 + made.next()))))
        ).rule
        return try #require(rule?.id)
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

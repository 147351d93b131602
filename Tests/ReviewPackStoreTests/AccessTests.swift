import ReviewPackModel
import Testing

@testable import ReviewPackStore

@Suite("The access index")
struct AccessIndexTests {
    private let workspace = UUIDValue(high: 1, low: 0)
    private let other = UUIDValue(high: 2, low: 0)
    private let tenant = UUIDValue(high: 1, low: 1)
    private let sibling = UUIDValue(high: 1, low: 2)
    private let alice = Principal.user(uid: 1000)

    private func index(_ bindings: (Role, AccessScope)...) -> AccessIndex {
        AccessIndex(
            bindings: bindings.map { RoleBinding(principal: alice, role: $0.0, scope: $0.1) },
            tenants: [tenant: workspace, sibling: workspace])
    }

    @Test("a workspace binding counts for all its tenants, a tenant binding for that tenant alone")
    func inheritance() {
        let wide = index((.viewer, .workspace(workspace)))
        #expect(
            wide.capabilities(of: [alice], inWorkspace: workspace, tenant: sibling).capabilities == [.viewReviewPacks])
        #expect(!wide.capabilities(of: [alice], inWorkspace: other).isMember)
        let narrow = index((.manager, .tenant(tenant)))
        #expect(narrow.capabilities(of: [alice], inWorkspace: workspace, tenant: tenant).isMember)
        #expect(!narrow.capabilities(of: [alice], inWorkspace: workspace, tenant: sibling).isMember)
        #expect(!narrow.capabilities(of: [alice], inWorkspace: workspace).isMember)
    }

    @Test("rights of several principals add up")
    func union() {
        let index = AccessIndex(
            bindings: [
                RoleBinding(principal: .group(gid: 5), role: .viewer, scope: .tenant(tenant)),
                RoleBinding(principal: alice, role: .collector, scope: .workspace(workspace)),
            ], tenants: [tenant: workspace])
        let found = index.capabilities(of: [alice, .group(gid: 5)], inWorkspace: workspace, tenant: tenant)
        #expect(found.capabilities == [.viewReviewPacks, .ingestTenantData])
    }

    @Test("neither a delegate nor a pruner is a member of anything")
    func outsiders() {
        let index = index((.delegate, .workspace(workspace)), (.pruner, .system))
        let found = index.capabilities(of: [alice], inWorkspace: workspace, tenant: tenant)
        #expect(!found.isMember && found.capabilities == [.pruneSystem])
        #expect(index.systemCapabilities(of: [alice]) == [.pruneSystem])
        #expect(index.visibleScopes(of: [alice], holding: .viewReviewPacks) == .nothing)
        #expect(index.memberScopes(of: [alice]) == .nothing)
        #expect(index.delegateScopes(of: [alice]) == .some(workspaces: [workspace], tenants: []))
    }

    @Test("a subject's binding grants nothing to a local user of the same name")
    func subjects() {
        let index = AccessIndex(
            bindings: [RoleBinding(principal: .subject("uid:1000"), role: .owner, scope: .workspace(workspace))],
            tenants: [:])
        #expect(!index.capabilities(of: [alice], inWorkspace: workspace).isMember)
    }

    @Test("scopes intersect: the subject's inside the delegate's")
    func intersection() {
        let a = VisibleScopes.some(workspaces: [workspace], tenants: [])
        let b = VisibleScopes.some(workspaces: [other], tenants: [tenant])
        let owner: (TenantID) -> WorkspaceID? = { [workspace, tenant] in $0 == tenant ? workspace : nil }
        #expect(a.intersection(b, workspaceOf: owner) == .some(workspaces: [], tenants: [tenant]))
        #expect(b.intersection(a, workspaceOf: owner) == .some(workspaces: [], tenants: [tenant]))
        #expect(a.intersection(.everything, workspaceOf: owner) == a)
        #expect(VisibleScopes.everything.intersection(b, workspaceOf: owner) == b)
        #expect(a.intersection(.nothing, workspaceOf: owner) == .nothing)
    }
}

@Suite("Role bindings")
struct BindingTests {
    @Test("count from the moment they are acknowledged, and end likewise")
    func immediate() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let binding = RoleBinding(principal: .user(uid: 7), role: .viewer, scope: .tenant(tenant.id))
        #expect(try await test.store.grant(binding, stamp: TestStore.owner))
        func isMember() -> Bool {
            test.store.access.capabilities(of: [.user(uid: 7)], inWorkspace: tenant.workspaceID, tenant: tenant.id)
                .isMember
        }
        #expect(isMember())
        try await test.store.revoke(binding, stamp: TestStore.owner)
        #expect(!isMember())
    }

    @Test("granting twice changes and writes nothing; revoking what is not there is NOT_FOUND")
    func idempotence() async throws {
        let test = try TestStore()
        let workspace = try await test.workspace()
        let binding = RoleBinding(principal: .group(gid: 3), role: .owner, scope: .workspace(workspace.id))
        #expect(try await test.store.grant(binding, stamp: TestStore.owner))
        let events = try await test.count("audit_event")
        #expect(try await test.store.grant(binding, stamp: TestStore.owner) == false)
        #expect(try await test.count("audit_event") == events)
        try await test.store.revoke(binding, stamp: TestStore.owner)
        #expect(await reason { try await test.store.revoke(binding, stamp: TestStore.owner) } == .notFound)
    }

    @Test("a role that has no meaning in a scope, and an unknown scope, are refused")
    func refusals() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pruner = RoleBinding(principal: .user(uid: 1), role: .pruner, scope: .tenant(tenant.id))
        #expect(await reason { _ = try await test.store.grant(pruner, stamp: TestStore.owner) } == .invalidField)
        let nowhere = RoleBinding(principal: .user(uid: 1), role: .viewer, scope: .tenant(UUIDValue(high: 0, low: 0)))
        #expect(await reason { _ = try await test.store.grant(nowhere, stamp: TestStore.owner) } == .notFound)
    }

    @Test("bindings of a scope are listed in pages, those of its tenants are not among them")
    func listing() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        for uid in 1...5 {
            _ = try await test.store.grant(
                RoleBinding(principal: .user(uid: UInt32(uid)), role: .viewer, scope: .workspace(tenant.workspaceID)),
                stamp: TestStore.owner)
        }
        _ = try await test.store.grant(
            RoleBinding(principal: .subject("alice"), role: .viewer, scope: .tenant(tenant.id)), stamp: TestStore.owner)
        let scope = AccessScope.workspace(tenant.workspaceID)
        let first = try await test.store.listBindings(of: scope, page: PageRequest(limit: 3))
        let second = try await test.store.listBindings(of: scope, page: PageRequest(limit: 3, after: first.next))
        #expect(first.items.count == 3 && second.items.count == 2 && second.next == nil)
        let onTenant = try await test.store.listBindings(of: .tenant(tenant.id), page: PageRequest(limit: 3)).items
        #expect(onTenant.map(\.binding.principal) == [.subject("alice")])
    }
}

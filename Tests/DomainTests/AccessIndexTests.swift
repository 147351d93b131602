import Domain
import TestTags
import Testing

@Suite("The access index", .tags(.access))
struct AccessIndexTests {
    private let workspace = WorkspaceID(high: 1, low: 0)
    private let other = WorkspaceID(high: 2, low: 0)
    private let tenant = TenantID(high: 1, low: 1)
    private let sibling = TenantID(high: 1, low: 2)
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

    @Test("that is brought up to date change by change is the one that is read from what is stored then")
    func changes() throws {
        let bindings = (0..<60).map { number in
            let scopes: [AccessScope] = [
                .system, .workspace(workspace), .workspace(other), .tenant(tenant), .tenant(sibling),
            ]
            return RoleBinding(
                principal: .user(uid: UInt32(number % 7)), role: Role.allCases[number % Role.allCases.count],
                scope: scopes[number % scopes.count])
        }
        var changed = AccessIndex(bindings: [], tenants: [tenant: workspace])
        changed.apply(.tenantMade(sibling, workspace))
        for binding in bindings { changed.apply(.granted(binding)) }
        var left = Set(bindings)
        func compare() {
            let read = AccessIndex(bindings: left, tenants: [tenant: workspace])
            for uid in 0..<UInt32(8) {
                let principals = [Principal.user(uid: uid)]
                #expect(Set(changed.bindings(of: principals)) == Set(read.bindings(of: principals)))
                #expect(changed.memberScopes(of: principals) == read.memberScopes(of: principals))
            }
        }
        for binding in bindings.filter({ $0.principal == .user(uid: 3) }) {
            changed.apply(.revoked(binding))
            left.remove(binding)
        }
        changed.apply(.revoked(bindings[3]))
        compare()
        changed.apply(.tenantDeleted(sibling))
        left = left.filter { $0.scope != .tenant(sibling) }
        #expect(changed.workspace(of: sibling) == nil && changed.workspace(of: tenant) == workspace)
        compare()
        changed.apply(.workspaceDeleted(other))
        left = left.filter { $0.scope != .workspace(other) }
        compare()
        #expect(!left.isEmpty)
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

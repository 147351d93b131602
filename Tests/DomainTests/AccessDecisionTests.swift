import Domain
import TestTags
import Testing

@Suite("Access decisions", .tags(.access))
struct AccessDecisionTests {
    static let workspace = WorkspaceID(high: 1, low: 1)
    static let otherWorkspace = WorkspaceID(high: 1, low: 2)
    static let tenant = TenantID(high: 2, low: 1)
    static let sibling = TenantID(high: 2, low: 2)
    static let stranger = TenantID(high: 2, low: 3)

    func decision(
        _ bindings: [RoleBinding], uid: UInt32 = 1000, groups: [UInt32] = [], subject: ExactText? = nil,
        administrator: Bool = false
    ) -> AccessDecision {
        let index = AccessIndex(
            bindings: bindings,
            tenants: [Self.tenant: Self.workspace, Self.sibling: Self.workspace, Self.stranger: Self.otherWorkspace])
        let peer = [Principal.user(uid: uid)] + ([100] + groups).sorted().map { .group(gid: $0) }
        return AccessDecision(
            principals: subject.map { [.subject($0)] } ?? peer, peer: peer, isDelegated: subject != nil,
            isAdministrator: administrator && subject == nil, peerIsAdministrator: administrator, index: index)
    }

    @Test("who has no binding is a stranger and gets NOT_FOUND")
    func stranger() {
        let standing = decision([]).standing(inWorkspace: Self.workspace, tenant: Self.tenant)
        #expect(standing == .stranger)
        #expect(throws: ProductError.notFound) { try standing.admit(.capability(.viewReviewPacks)) }
        #expect(throws: ProductError.notFound) { try standing.admit(.member) }
    }

    @Test("a member without the capability gets PERMISSION_DENIED that names it")
    func memberWithout() {
        let standing = decision([RoleBinding(principal: .user(uid: 1000), role: .viewer, scope: .tenant(Self.tenant))])
            .standing(inWorkspace: Self.workspace, tenant: Self.tenant)
        do {
            try standing.admit(.capability(.manageReviewPacks))
            Issue.record("it was admitted")
        } catch {
            #expect(error.reason == .capabilityRequired)
            #expect(error.metadata == ["capability": "review_pack.manage"])
        }
    }

    @Test("a workspace binding counts for all its tenants and for no other workspace")
    func workspaceBinding() {
        let decision = decision([
            RoleBinding(principal: .user(uid: 1000), role: .manager, scope: .workspace(Self.workspace))
        ])
        #expect(
            decision.standing(inWorkspace: Self.workspace, tenant: Self.sibling).capabilities.contains(
                .manageReviewPacks))
        #expect(decision.standing(inWorkspace: Self.otherWorkspace, tenant: Self.stranger) == .stranger)
    }

    @Test(
        "a binding of a supplementary group counts like one of the primary group",
        arguments: [[100], [7, 8]] as [[UInt32]])
    func groups(bound: [UInt32]) {
        let bindings = bound.map { RoleBinding(principal: .group(gid: $0), role: .viewer, scope: .tenant(Self.tenant)) }
        let standing = decision(bindings, groups: [8]).standing(inWorkspace: Self.workspace, tenant: Self.tenant)
        #expect(standing.capabilities == [.viewReviewPacks])
    }

    @Test("a subject's binding grants nothing to a local uid, whatever its number or name")
    func subjectsAreNotUsers() {
        let decision = decision([
            RoleBinding(principal: .subject("1000"), role: .owner, scope: .workspace(Self.workspace)),
            RoleBinding(principal: .subject("uid:1000"), role: .owner, scope: .workspace(Self.workspace)),
        ])
        #expect(decision.standing(inWorkspace: Self.workspace, tenant: Self.tenant) == .stranger)
    }

    @Test("a delegated call has the subject's rights inside the delegate's scope, and never the service's own")
    func delegation() {
        let bindings = [
            RoleBinding(principal: .user(uid: 1000), role: .delegate, scope: .tenant(Self.tenant)),
            RoleBinding(principal: .user(uid: 1000), role: .owner, scope: .workspace(Self.workspace)),
            RoleBinding(principal: .subject("alice"), role: .viewer, scope: .workspace(Self.workspace)),
        ]
        let delegated = decision(bindings, subject: "alice")
        #expect(delegated.standing(inWorkspace: Self.workspace, tenant: Self.tenant).capabilities == [.viewReviewPacks])
        #expect(delegated.standing(inWorkspace: Self.workspace, tenant: Self.sibling) == .stranger)
        #expect(delegated.scopes(holding: .viewReviewPacks) == .some(workspaces: [], tenants: [Self.tenant]))
        #expect(
            decision(bindings, subject: "bob").standing(inWorkspace: Self.workspace, tenant: Self.tenant) == .stranger)
    }

    @Test("who may speak for others in a tenant alone gains no right over the workspace around it")
    func delegationInTenant() {
        func capabilities(of delegate: AccessScope) -> Set<Capability> {
            decision(
                [
                    RoleBinding(principal: .user(uid: 1000), role: .delegate, scope: delegate),
                    RoleBinding(principal: .subject("olga"), role: .owner, scope: .workspace(Self.workspace)),
                ], subject: "olga"
            ).standing(inWorkspace: Self.workspace, tenant: Self.tenant).capabilities
        }
        #expect(
            capabilities(of: .tenant(Self.tenant))
                == [.viewReviewPacks, .manageReviewPacks, .ingestTenantData, .manageTenant])
        #expect(capabilities(of: .workspace(Self.workspace)).contains(.manageWorkspace))
        #expect(capabilities(of: .system).contains(.manageWorkspace))
    }

    @Test("an administrator who speaks for a subject has the subject's rights alone")
    func delegatingAdministrator() {
        let decision = decision(
            [RoleBinding(principal: .subject("alice"), role: .viewer, scope: .tenant(Self.tenant))], uid: 0,
            subject: "alice", administrator: true)
        #expect(decision.standing(inWorkspace: Self.workspace, tenant: Self.tenant).capabilities == [.viewReviewPacks])
        #expect(decision.standing(inWorkspace: Self.workspace, tenant: Self.sibling) == .stranger)
        #expect(!decision.systemStanding.capabilities.contains(.administerSystem))
    }

    @Test("an administrator is a member everywhere with every capability")
    func administrator() {
        let decision = decision([], uid: 0, administrator: true)
        #expect(decision.standing(inWorkspace: Self.workspace, tenant: Self.tenant) == .administrator)
        #expect(decision.memberScopes == .everything)
    }

    @Test("a pruner may prune and is a member of nothing")
    func pruner() {
        let decision = decision([RoleBinding(principal: .user(uid: 1000), role: .pruner, scope: .system)])
        #expect(decision.systemStanding.capabilities == [.pruneSystem])
        #expect(!decision.standing(inWorkspace: Self.workspace, tenant: Self.tenant).isMember)
    }
}

import Domain
import Storage

/// Where a caller stands towards one workspace or tenant.
struct Standing: Equatable, Sendable {
    /// Whether the caller may learn that the thing exists.
    var isMember: Bool
    var capabilities: Set<Capability>

    static let stranger = Standing(isMember: false, capabilities: [])
    static let administrator = Standing(isMember: true, capabilities: Set(Capability.allCases))

    /// Decides one access rule: a stranger gets NOT_FOUND, a member without the capability PERMISSION_DENIED.
    func admit(_ rule: AccessRule) throws(ProductError) {
        guard isMember || rule == .anyone else { throw .notFound }
        guard case .capability(let needed) = rule, !capabilities.contains(needed) else { return }
        throw ProductError(
            .capabilityRequired, "this needs the capability \(needed.rawValue), which you lack here",
            metadata: ["capability": needed.rawValue])
    }
}

/// What a caller may do where: pure functions from the caller and the bindings in force to a decision.
///
/// A delegated call counts only where both hold: the service's own delegate binding covers the place, and the subject's
/// bindings give the right. The service's other bindings never count for it.
struct AccessDecision: Sendable {
    let caller: Caller
    let index: AccessIndex
    /// Whether the peer that speaks for a subject is itself an administrator, who may speak anywhere.
    let peerIsAdministrator: Bool

    /// Where the caller stands in a workspace, or in one of its tenants.
    func standing(inWorkspace workspace: WorkspaceID, tenant: TenantID? = nil) -> Standing {
        if caller.isAdministrator { return .administrator }
        let reach = delegateReach(workspace, tenant)
        if reach == .nothing { return .stranger }
        let found = index.capabilities(of: caller.principals, inWorkspace: workspace, tenant: tenant)
        var standing = Standing(isMember: found.isMember, capabilities: found.capabilities)
        // Who may speak in a tenant alone has no part in the workspace around it. Its owner can make somebody a
        // delegate there, and would otherwise gain through a subject what an owner of a tenant is refused.
        if reach == .tenant { standing.capabilities = standing.capabilities.filter { $0.scope == .tenant } }
        return standing
    }

    /// Where the caller stands towards the whole system: everybody is a member of it.
    var systemStanding: Standing {
        if caller.isAdministrator { return .administrator }
        if caller.subject != nil, delegateScopes != .everything { return Standing(isMember: true, capabilities: []) }
        return Standing(isMember: true, capabilities: index.systemCapabilities(of: caller.principals))
    }

    /// Where the caller holds a capability.
    func scopes(holding capability: Capability) -> VisibleScopes {
        if caller.isAdministrator { return .everything }
        return limited(index.visibleScopes(of: caller.principals, holding: capability))
    }

    /// Where the caller is a member.
    var memberScopes: VisibleScopes {
        if caller.isAdministrator { return .everything }
        return limited(index.memberScopes(of: caller.principals))
    }

    /// Which of its notifications the caller may still see.
    var notifications: NotificationSight {
        NotificationSight(packs: scopes(holding: .viewReviewPacks), scans: memberScopes)
    }

    /// Where somebody may be spoken for: a delegate sees nothing of its subject outside of its own scope.
    var spokenScopes: VisibleScopes { caller.subject == nil ? .everything : delegateScopes }

    /// Whether a binding of the caller counts in this call.
    func counts(_ binding: RoleBinding) -> Bool {
        guard case .some(let workspaces, let tenants) = spokenScopes else { return true }
        switch binding.scope {
        case .system: return false
        case .workspace(let id): return workspaces.contains(id)
        case .tenant(let id):
            return tenants.contains(id) || index.workspace(of: id).map { workspaces.contains($0) } ?? false
        }
    }

    private var delegateScopes: VisibleScopes {
        peerIsAdministrator ? .everything : index.delegateScopes(of: caller.peerPrincipals)
    }

    private func limited(_ scopes: VisibleScopes) -> VisibleScopes {
        caller.subject == nil ? scopes : scopes.intersection(delegateScopes, workspaceOf: index.workspace(of:))
    }

    /// How much of a place a call may touch: all of it unless the caller speaks for a subject.
    private enum Reach { case nothing, tenant, everything }

    private func delegateReach(_ workspace: WorkspaceID, _ tenant: TenantID?) -> Reach {
        guard caller.subject != nil else { return .everything }
        guard case .some(let workspaces, let tenants) = delegateScopes else { return .everything }
        if workspaces.contains(workspace) { return .everything }
        return tenant.map { tenants.contains($0) } ?? false ? .tenant : .nothing
    }
}

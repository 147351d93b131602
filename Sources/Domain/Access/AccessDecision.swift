/// What a caller needs for a method.
public enum AccessRule: Hashable, Sendable {
    /// Nothing: any local caller may ask.
    case anyone
    /// Membership of the thing named, in any role.
    case member
    /// A capability where the request's target lies; a non-member gets NOT_FOUND instead of PERMISSION_DENIED.
    case capability(Capability)
}

/// Where a caller stands towards one workspace or tenant.
public struct Standing: Equatable, Sendable {
    /// Whether the caller may learn that the thing exists.
    public var isMember: Bool
    public var capabilities: Set<Capability>

    public init(isMember: Bool, capabilities: Set<Capability>) {
        self.isMember = isMember
        self.capabilities = capabilities
    }

    public static let stranger = Standing(isMember: false, capabilities: [])
    public static let administrator = Standing(isMember: true, capabilities: Set(Capability.allCases))

    /// Decides one access rule: a stranger gets NOT_FOUND, a member without the capability PERMISSION_DENIED.
    public func admit(_ rule: AccessRule) throws(ProductError) {
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
public struct AccessDecision: Sendable {
    /// Whose bindings decide.
    private let principals: [Principal]
    /// The peer itself, whomever it speaks for.
    private let peerPrincipals: [Principal]
    private let isDelegated: Bool
    /// An administrator that speaks for itself.
    private let isAdministrator: Bool
    /// Whether the peer that speaks for a subject is itself an administrator, who may speak anywhere.
    private let peerIsAdministrator: Bool
    private let index: AccessIndex

    /// - Parameters:
    ///   - principals: the caller: the peer's, or the subject for whom it speaks.
    ///   - isDelegated: whether the peer speaks for a subject.
    public init(
        principals: [Principal], peer: [Principal], isDelegated: Bool, isAdministrator: Bool,
        peerIsAdministrator: Bool, index: AccessIndex
    ) {
        self.principals = principals
        peerPrincipals = peer
        self.isDelegated = isDelegated
        self.isAdministrator = isAdministrator
        self.peerIsAdministrator = peerIsAdministrator
        self.index = index
    }

    /// Where the caller stands in a workspace, or in one of its tenants.
    public func standing(inWorkspace workspace: WorkspaceID, tenant: TenantID? = nil) -> Standing {
        if isAdministrator { return .administrator }
        let reach = delegateReach(workspace, tenant)
        if reach == .nothing { return .stranger }
        let found = index.capabilities(of: principals, inWorkspace: workspace, tenant: tenant)
        var standing = Standing(isMember: found.isMember, capabilities: found.capabilities)
        // Who may speak in a tenant alone has no part in the workspace around it. Its owner can make somebody a
        // delegate there, and would otherwise gain through a subject what an owner of a tenant is refused.
        if reach == .tenant { standing.capabilities = standing.capabilities.filter { $0.scope == .tenant } }
        return standing
    }

    /// Where the caller stands towards the whole system: everybody is a member of it.
    public var systemStanding: Standing {
        if isAdministrator { return .administrator }
        if isDelegated, delegateScopes != .everything { return Standing(isMember: true, capabilities: []) }
        return Standing(isMember: true, capabilities: index.systemCapabilities(of: principals))
    }

    /// Where the caller holds a capability.
    public func scopes(holding capability: Capability) -> VisibleScopes {
        if isAdministrator { return .everything }
        return limited(index.visibleScopes(of: principals, holding: capability))
    }

    /// Where the caller is a member.
    public var memberScopes: VisibleScopes {
        if isAdministrator { return .everything }
        return limited(index.memberScopes(of: principals))
    }

    /// Where somebody may be spoken for: a delegate sees nothing of its subject outside of its own scope.
    public var spokenScopes: VisibleScopes { !isDelegated ? .everything : delegateScopes }

    /// The bindings of the caller that count in this call, in no particular order.
    public var bindings: [RoleBinding] { index.bindings(of: principals).filter(counts) }

    /// Whether a binding of the caller counts in this call.
    public func counts(_ binding: RoleBinding) -> Bool {
        guard case .some(let workspaces, let tenants) = spokenScopes else { return true }
        switch binding.scope {
        case .system: return false
        case .workspace(let id): return workspaces.contains(id)
        case .tenant(let id):
            return tenants.contains(id) || index.workspace(of: id).map { workspaces.contains($0) } ?? false
        }
    }

    private var delegateScopes: VisibleScopes {
        peerIsAdministrator ? .everything : index.delegateScopes(of: peerPrincipals)
    }

    private func limited(_ scopes: VisibleScopes) -> VisibleScopes {
        !isDelegated ? scopes : scopes.intersection(delegateScopes, workspaceOf: index.workspace(of:))
    }

    /// How much of a place a call may touch: all of it unless the caller speaks for a subject.
    private enum Reach { case nothing, tenant, everything }

    private func delegateReach(_ workspace: WorkspaceID, _ tenant: TenantID?) -> Reach {
        guard isDelegated else { return .everything }
        guard case .some(let workspaces, let tenants) = delegateScopes else { return .everything }
        if workspaces.contains(workspace) { return .everything }
        return tenant.map { tenants.contains($0) } ?? false ? .tenant : .nothing
    }
}

/// What a caller may see of something: everything, or the members' workspaces and tenants.
public enum VisibleScopes: Hashable, Sendable {
    case everything
    /// All tenants of `workspaces`, and `tenants`.
    case some(workspaces: Set<WorkspaceID>, tenants: Set<TenantID>)

    public static let nothing = VisibleScopes.some(workspaces: [], tenants: [])

    public func includes(tenant: TenantID, of workspace: WorkspaceID) -> Bool {
        switch self {
        case .everything: true
        case .some(let workspaces, let tenants): workspaces.contains(workspace) || tenants.contains(tenant)
        }
    }

    /// What both allow; for a delegate, whose subject counts only inside the delegate's own scope.
    ///
    /// Where one side names a workspace and the other a single tenant, `workspaceOf` says to which workspace that
    /// tenant belongs.
    public func intersection(_ other: VisibleScopes, workspaceOf: (TenantID) -> WorkspaceID?) -> VisibleScopes {
        guard case .some(let workspaces, let tenants) = self else { return other }
        guard case .some(let otherWorkspaces, let otherTenants) = other else { return self }
        func covered(_ tenant: TenantID, by side: VisibleScopes) -> Bool {
            workspaceOf(tenant).map { side.includes(tenant: tenant, of: $0) } ?? false
        }
        return .some(
            workspaces: workspaces.intersection(otherWorkspaces),
            tenants: tenants.filter { covered($0, by: other) }.union(otherTenants.filter { covered($0, by: self) }))
    }
}

/// What a committed change means for rights.
public enum AccessChange: Hashable, Sendable {
    case granted(RoleBinding)
    case revoked(RoleBinding)
    case tenantMade(TenantID, WorkspaceID)
    /// With the bindings on it.
    case tenantDeleted(TenantID)
    /// With the bindings on it; its tenants are changes of their own.
    case workspaceDeleted(WorkspaceID)
}

/// Every role binding of the system, as a value that answers access questions without the database.
///
/// A workspace binding counts for all its tenants. The store brings its index up to date after each committed change
/// and before that change is acknowledged, so a request never sees rights older than the last acknowledged change.
public struct AccessIndex: Sendable {
    private typealias Roles = [AccessScope: Set<Role>]

    /// By the principal, in so many parts that a change copies little while somebody still holds the value from before
    /// it.
    private var parts: [[Principal: Roles]] = Array(repeating: [:], count: 256)
    private var workspaceOfTenant: [TenantID: WorkspaceID] = [:]

    public init() {}

    public init(bindings: some Sequence<RoleBinding>, tenants: [TenantID: WorkspaceID]) {
        workspaceOfTenant = tenants
        for binding in bindings { apply(.granted(binding)) }
    }

    /// Brings the index up to date with a change. A grant or revocation costs the same however many bindings there are;
    /// the end of a scope looks at every principal.
    public mutating func apply(_ change: AccessChange) {
        switch change {
        case .granted(let binding):
            parts[part(of: binding.principal)][binding.principal, default: [:]][binding.scope, default: []]
                .insert(binding.role)
        case .revoked(let binding): remove(binding)
        case .tenantMade(let tenant, let workspace): workspaceOfTenant[tenant] = workspace
        case .tenantDeleted(let tenant):
            workspaceOfTenant[tenant] = nil
            remove(.tenant(tenant))
        case .workspaceDeleted(let workspace): remove(.workspace(workspace))
        }
    }

    private mutating func remove(_ binding: RoleBinding) {
        let part = part(of: binding.principal)
        guard var scopes = parts[part][binding.principal] else { return }
        scopes[binding.scope]?.remove(binding.role)
        if scopes[binding.scope]?.isEmpty == true { scopes[binding.scope] = nil }
        parts[part][binding.principal] = scopes.isEmpty ? nil : scopes
    }

    private mutating func remove(_ scope: AccessScope) {
        for part in parts.indices {
            for (principal, scopes) in parts[part] where scopes[scope] != nil {
                parts[part][principal]?[scope] = nil
                if parts[part][principal]?.isEmpty == true { parts[part][principal] = nil }
            }
        }
    }

    private func part(of principal: Principal) -> Int { Int(UInt(bitPattern: principal.hashValue) % UInt(parts.count)) }

    private func roles(of principal: Principal) -> Roles? { parts[part(of: principal)][principal] }

    /// The workspace of a tenant; nil for an unknown tenant.
    public func workspace(of tenant: TenantID) -> WorkspaceID? { workspaceOfTenant[tenant] }

    /// What the principals together may do in a workspace (`tenant` nil) or in one of its tenants, and whether they may
    /// learn that it exists. System-wide bindings (pruner) count everywhere but make nobody a member.
    public func capabilities(
        of principals: some Sequence<Principal>, inWorkspace workspace: WorkspaceID, tenant: TenantID? = nil
    ) -> (isMember: Bool, capabilities: Set<Capability>) {
        var isMember = false
        var capabilities: Set<Capability> = []
        for principal in principals {
            guard let scopes = roles(of: principal) else { continue }
            for scope in [.system, .workspace(workspace)] + (tenant.map { [AccessScope.tenant($0)] } ?? []) {
                for role in scopes[scope] ?? [] where role != .delegate {
                    isMember = isMember || role.givesMembership
                    capabilities.formUnion(role.capabilities(boundTo: scope.kind))
                }
            }
        }
        return (isMember, capabilities)
    }

    /// The capabilities that system-wide bindings give.
    public func systemCapabilities(of principals: some Sequence<Principal>) -> Set<Capability> {
        var capabilities: Set<Capability> = []
        for principal in principals {
            for role in roles(of: principal)?[.system] ?? [] where role != .delegate {
                capabilities.formUnion(role.capabilities(boundTo: .system))
            }
        }
        return capabilities
    }

    /// Where the principals hold a capability.
    public func visibleScopes(of principals: some Sequence<Principal>, holding capability: Capability) -> VisibleScopes
    {
        scopes(of: principals) { role, kind in
            role != .delegate && role.capabilities(boundTo: kind).contains(capability)
        }
    }

    /// Where the principals are members, whatever they may do there.
    public func memberScopes(of principals: some Sequence<Principal>) -> VisibleScopes {
        scopes(of: principals) { role, _ in role.givesMembership }
    }

    /// The bindings of the principals, in no particular order.
    public func bindings(of principals: some Sequence<Principal>) -> [RoleBinding] {
        principals.flatMap { principal in
            (roles(of: principal) ?? [:]).flatMap { scope, roles in
                roles.map { RoleBinding(principal: principal, role: $0, scope: scope) }
            }
        }
    }

    /// Where the principals may speak for a subject; `nothing` when they are no delegates.
    public func delegateScopes(of principals: some Sequence<Principal>) -> VisibleScopes {
        scopes(of: principals) { role, _ in role == .delegate }
    }

    private func scopes(
        of principals: some Sequence<Principal>, where counts: (Role, BindingScope) -> Bool
    ) -> VisibleScopes {
        var workspaces: Set<WorkspaceID> = []
        var tenants: Set<TenantID> = []
        for principal in principals {
            for (scope, roles) in roles(of: principal) ?? [:] where roles.contains(where: { counts($0, scope.kind) }) {
                switch scope {
                case .system: return .everything
                case .workspace(let id): workspaces.insert(id)
                case .tenant(let id): tenants.insert(id)
                }
            }
        }
        return .some(workspaces: workspaces, tenants: tenants)
    }
}

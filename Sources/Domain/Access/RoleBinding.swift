/// What a role binding attaches its principal to.
public enum AccessScope: Hashable, Sendable {
    case system
    case workspace(WorkspaceID)
    case tenant(TenantID)

    public var kind: BindingScope {
        switch self {
        case .system: .system
        case .workspace: .workspace
        case .tenant: .tenant
        }
    }
}

/// A principal's role in a scope.
public struct RoleBinding: Hashable, Sendable {
    public var principal: Principal
    public var role: Role
    public var scope: AccessScope

    public init(principal: Principal, role: Role, scope: AccessScope) {
        self.principal = principal
        self.role = role
        self.scope = scope
    }
}

/// A binding as it is listed.
public struct RoleBindingRecord: Sendable, Equatable {
    public var binding: RoleBinding
    public var createdAt: UnixMillis
    public var createdBy: Actor

    public init(binding: RoleBinding, createdAt: UnixMillis, createdBy: Actor) {
        self.binding = binding
        self.createdAt = createdAt
        self.createdBy = createdBy
    }
}

/// What a method needs, in the words of Docs/RBAC.md; written by hand, never read from the code under test.
package enum Right: Sendable {
    case nothing, membership
    case view, manage, ingest, manageTenant, manageWorkspace
    case prune, administer
}

/// Where a caller of a matrix stands towards the matrix's workspace and its tenants.
package enum Seat: Sendable {
    case administrator
    case workspaceOwner, tenantOwner
    /// A delegate of some tenants who speaks for an owner of the whole workspace.
    case workspaceOwnerInTenants
    case manager, viewer, tenantViewer, collector
    case pruner
    /// Nothing here: no binding at all, or one elsewhere.
    case stranger
    /// Names a subject without the right to.
    case undelegated

    /// The table of roles in Docs/RBAC.md#roles.
    package var holds: Set<Right> {
        switch self {
        case .administrator:
            [.nothing, .membership, .view, .manage, .ingest, .manageTenant, .manageWorkspace, .prune, .administer]
        case .workspaceOwner: [.nothing, .membership, .view, .manage, .ingest, .manageTenant, .manageWorkspace]
        case .tenantOwner, .workspaceOwnerInTenants: [.nothing, .membership, .view, .manage, .ingest, .manageTenant]
        case .manager: [.nothing, .membership, .view, .manage]
        case .viewer, .tenantViewer: [.nothing, .membership, .view]
        case .collector: [.nothing, .membership, .ingest]
        case .pruner: [.nothing, .prune]
        case .stranger: [.nothing]
        case .undelegated: []
        }
    }

    package var isMemberOfTenants: Bool { holds.contains(.membership) }

    /// Who is bound to tenants alone may not know of the workspace around them.
    package var isMemberOfWorkspace: Bool {
        switch self {
        case .tenantOwner, .tenantViewer, .workspaceOwnerInTenants: false
        default: isMemberOfTenants
        }
    }
}

/// Where a call's target lies: callers who are no members there may not know that it exists.
package enum Target: Sendable { case everybody, system, workspace, tenant }

/// How access is decided for one cell of a matrix.
package enum Admission: Sendable {
    case allowed
    /// A member, or the target hides nothing, and the right is missing.
    case denied
    /// Like a target that does not exist.
    case hidden
    case undelegated
}

extension Seat {
    /// The answer of Docs/RBAC.md to a call that needs this right on a target there.
    package func admission(needing right: Right, in target: Target, exists: Bool = true) -> Admission {
        if self == .undelegated { return .undelegated }
        let isInSight =
            switch target {
            case .everybody, .system: true
            case .workspace: exists && isMemberOfWorkspace
            case .tenant: exists && isMemberOfTenants
            }
        guard isInSight else { return .hidden }
        return holds.contains(right) ? .allowed : .denied
    }
}

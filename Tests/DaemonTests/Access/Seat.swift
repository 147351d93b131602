/// What a method needs, in the words of section 1 of the contract; written by hand, never read from the code under test.
enum Need {
    case nothing, membership
    case view, manage, ingest, manageTenant, manageWorkspace
    case prune, administer
}

/// Where a caller stands towards the matrix's workspace and its tenants.
enum Seat {
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

    /// Section 1's table of roles.
    var holds: Set<Need> {
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

    var isMemberOfTenants: Bool { holds.contains(.membership) }

    /// Who is bound to tenants alone may not know of the workspace around them.
    var isMemberOfWorkspace: Bool {
        switch self {
        case .tenantOwner, .tenantViewer, .workspaceOwnerInTenants: false
        default: isMemberOfTenants
        }
    }
}

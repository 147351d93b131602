/// The one registry of what a caller may do; the words appear in documents and errors, never as raw strings in code.
public enum Capability: String, CaseIterable, Sendable {
    case viewReviewPacks = "review_pack.view"
    case manageReviewPacks = "review_pack.manage"
    case ingestTenantData = "tenant.ingest"
    case manageTenant = "tenant.manage"
    case manageWorkspace = "workspace.manage"
    case pruneSystem = "system.prune"
    case administerSystem = "system.admin"
    case delegateIdentity = "identity.delegate"

    /// Where a capability can be granted.
    public var scope: CapabilityScope {
        switch self {
        case .viewReviewPacks, .manageReviewPacks, .ingestTenantData, .manageTenant: .tenant
        case .manageWorkspace: .workspace
        case .pruneSystem, .administerSystem: .system
        case .delegateIdentity: .tenant
        }
    }
}

public enum CapabilityScope: Sendable { case tenant, workspace, system }

/// Named sets of capabilities; role bindings attach a principal to one of them in a workspace, a tenant or the system.
public enum Role: UInt8, CaseIterable, Sendable {
    case viewer = 1
    case manager = 2
    case collector = 3
    case owner = 4
    case pruner = 5
    case delegate = 6

    public var word: String {
        switch self {
        case .viewer: "viewer"
        case .manager: "manager"
        case .collector: "collector"
        case .owner: "owner"
        case .pruner: "pruner"
        case .delegate: "delegate"
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = Role.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }

    /// What the role grants in a scope of the given kind. `owner` gains `workspace.manage` only where it is bound to a
    /// workspace; `delegate` grants nothing of its own but the right to speak for a subject.
    public func capabilities(boundTo scope: BindingScope) -> Set<Capability> {
        switch self {
        case .viewer: [.viewReviewPacks]
        case .manager: [.viewReviewPacks, .manageReviewPacks]
        case .collector: [.ingestTenantData]
        case .owner:
            switch scope {
            case .workspace:
                [.viewReviewPacks, .manageReviewPacks, .ingestTenantData, .manageTenant, .manageWorkspace]
            case .tenant: [.viewReviewPacks, .manageReviewPacks, .ingestTenantData, .manageTenant]
            case .system: []
            }
        case .pruner: scope == .system ? [.pruneSystem] : []
        case .delegate: [.delegateIdentity]
        }
    }

    /// Whether a binding of this role makes its principal a member, who may learn that the scope exists. A delegate is
    /// none.
    public var givesMembership: Bool { self != .delegate && self != .pruner }

    /// The kinds of scope in which the role may be bound.
    public func canBeBound(to scope: BindingScope) -> Bool {
        switch self {
        case .viewer, .manager, .collector, .owner: scope != .system
        case .pruner: scope == .system
        case .delegate: true
        }
    }
}

/// The kind of thing that a role binding attaches its principal to.
public enum BindingScope: UInt8, CaseIterable, Sendable {
    case system = 1
    case workspace = 2
    case tenant = 3

    public var word: String {
        switch self {
        case .system: "system"
        case .workspace: "workspace"
        case .tenant: "tenant"
        }
    }
}

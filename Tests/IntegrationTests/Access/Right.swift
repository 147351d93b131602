/// What a method needs, in the words of the contract's section 1; written here by hand, never read from the code under test.
enum Right {
    case nothing
    case view, manage, ingest, tenantManage, workspaceManage
    case systemPrune, systemAdmin

    /// The roles that have it.
    var roles: Set<Role> {
        switch self {
        case .nothing: Set(Role.allCases)
        case .view: [.viewer, .manager, .tenantOwner, .owner, .administrator]
        case .manage: [.manager, .tenantOwner, .owner, .administrator]
        case .ingest: [.collector, .tenantOwner, .owner, .administrator]
        case .tenantManage: [.tenantOwner, .owner, .administrator]
        case .workspaceManage: [.owner, .administrator]
        case .systemPrune: [.pruner, .administrator]
        case .systemAdmin: [.administrator]
        }
    }
}

/// Where a caller of the matrix stands.
enum Role: String, CaseIterable {
    case nonMember, pruner, viewer, manager, collector, tenantOwner, owner, administrator

    /// Whether the caller may know of the tenants and packs.
    var isMember: Bool { self != .nonMember && self != .pruner }
}

/// What a caller gets to see.
struct Verdict: Equatable, CustomStringConvertible {
    var code: Int32
    var reason: String

    static let ok = Verdict(code: 0, reason: "-")
    static let hidden = Verdict(code: 5, reason: "NOT_FOUND")
    static let denied = Verdict(code: 7, reason: "CAPABILITY_REQUIRED")
    static let alreadyExists = Verdict(code: 6, reason: "ALREADY_EXISTS")
    static let wrongState = Verdict(code: 9, reason: "WRONG_STATE")
    static let alreadyExpired = Verdict(code: 9, reason: "ALREADY_EXPIRED")

    var description: String { "code \(code) \(reason)" }
}

extension RawAnswer {
    var verdict: Verdict { Verdict(code: code, reason: reason) }
}

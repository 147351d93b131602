import AccessTesting
import Domain
import Storage
import TTRPCNIO

/// One kind of caller: who the kernel says it is, for whom it speaks, what it was granted, and so where it stands.
struct MatrixCaller: Sendable {
    enum Place: Sendable {
        case system, workspace, tenants
        /// Another tenant of the same workspace.
        case neighbour
        /// Another workspace.
        case elsewhere
    }

    struct Grant: Sendable {
        var role: Role
        var principal: Principal
        var place: Place
    }

    var name: String
    var seat: Seat
    var peer: PeerIdentity
    var subject: String?
    var grants: [Grant] = []

    /// A caller by its uid with at most one role of its own.
    init(_ name: String, _ seat: Seat, uid: UInt32, _ role: Role? = nil, in place: Place = .workspace) {
        self.name = name
        self.seat = seat
        peer = ServiceFixture.peer(uid)
        grants = role.map { [Grant(role: $0, principal: .user(uid: uid), place: place)] } ?? []
    }

    /// A caller by a group of its.
    init(_ name: String, _ seat: Seat, uid: UInt32, group: UInt32, _ role: Role?) {
        self.name = name
        self.seat = seat
        peer = ServiceFixture.peer(uid, groups: [9, group])
        grants = role.map { [Grant(role: $0, principal: .group(gid: group), place: .workspace)] } ?? []
    }

    /// A service that speaks for a subject.
    init(
        _ name: String, _ seat: Seat, uid: UInt32, delegateIn place: Place?, subject: String, _ role: Role? = nil,
        in subjectPlace: Place = .workspace
    ) {
        self.name = name
        self.seat = seat
        peer = ServiceFixture.peer(uid)
        self.subject = subject
        if let place { grants.append(Grant(role: .delegate, principal: .user(uid: uid), place: place)) }
        if let role { grants.append(Grant(role: role, principal: .subject(ExactText(subject)), place: subjectPlace)) }
    }

    static let all: [MatrixCaller] = [
        MatrixCaller("root", .administrator, uid: 0),
        MatrixCaller("the daemon's own uid", .administrator, uid: 4_000_000),
        MatrixCaller("a member of the admin group", .administrator, uid: 1000, group: 4_000_001, nil),
        MatrixCaller("an owner of the workspace", .workspaceOwner, uid: 1001, .owner),
        MatrixCaller("an owner of the tenants", .tenantOwner, uid: 1002, .owner, in: .tenants),
        MatrixCaller("a manager", .manager, uid: 1003, .manager),
        MatrixCaller("a manager by a supplementary group", .manager, uid: 1004, group: 2004, .manager),
        MatrixCaller("a viewer", .viewer, uid: 1005, .viewer),
        MatrixCaller("a viewer of the tenants", .tenantViewer, uid: 1006, .viewer, in: .tenants),
        MatrixCaller("a collector", .collector, uid: 1007, .collector),
        MatrixCaller("the prune timer", .pruner, uid: 1008, .pruner, in: .system),
        MatrixCaller("an owner of another workspace", .stranger, uid: 1009, .owner, in: .elsewhere),
        MatrixCaller("an owner of the tenant next door", .stranger, uid: 1018, .owner, in: .neighbour),
        MatrixCaller("a stranger", .stranger, uid: 1010),
        MatrixCaller("a delegate that speaks for nobody", .stranger, uid: 1011, .delegate),
        MatrixCaller("a delegate for a viewer", .viewer, uid: 1012, delegateIn: .workspace, subject: "vera", .viewer),
        MatrixCaller("a delegate for a manager", .manager, uid: 1013, delegateIn: .system, subject: "mia", .manager),
        MatrixCaller(
            "a delegate of the tenants for an owner", .workspaceOwnerInTenants, uid: 1014, delegateIn: .tenants,
            subject: "olaf", .owner),
        MatrixCaller(
            "a delegate of another workspace for an owner", .stranger, uid: 1015, delegateIn: .elsewhere,
            subject: "olaf"),
        MatrixCaller(
            "a delegate for nobody known", .stranger, uid: 1016, delegateIn: .workspace, subject: "nobody known"),
        MatrixCaller("a stranger who names an owner", .undelegated, uid: 1017, delegateIn: nil, subject: "olaf"),
        MatrixCaller("root for a viewer", .viewer, uid: 0, delegateIn: nil, subject: "vera"),
        MatrixCaller("root for nobody known", .stranger, uid: 0, delegateIn: nil, subject: "nobody known"),
        MatrixCaller("a viewer with the largest uid", .viewer, uid: 4_294_967_294, .viewer),
        MatrixCaller("a stranger whose uid is negative in 32 bits", .stranger, uid: 4_294_966_291),
        MatrixCaller("a manager with a uid above 2^31", .manager, uid: 4_100_000_000, .manager),
        // The transport hears neither of the two (Docs/RBAC.md); nobody could be granted anything to them besides.
        MatrixCaller("the overflow uid", .stranger, uid: 65_534),
        MatrixCaller("uid -1", .stranger, uid: .max),
    ]
}

import Domain
import TTRPCNIO

/// Who makes a call: the kernel's word, and the subject for whom a delegate speaks.
struct Caller: Sendable {
    let peer: PeerIdentity
    /// Root, the daemon's own uid, or a member of the admin group, speaking for itself.
    let isAdministrator: Bool
    /// The subject of `reviewpack-on-behalf-of`; then its bindings decide, never those of the peer.
    let subject: ExactText?

    /// Whose bindings decide.
    var principals: [Principal] {
        if let subject { return [.subject(subject)] }
        return peerPrincipals
    }

    /// The peer itself, whomever it speaks for.
    var peerPrincipals: [Principal] {
        let groups = Set(peer.supplementaryGroups).union([peer.gid]).sorted()
        return [.user(uid: peer.uid)] + groups.map { .group(gid: $0) }
    }

    var actor: Actor { Actor(uid: peer.uid, onBehalfOf: subject) }
}

/// Who is an administrator, by configuration.
package struct AdministratorRule: Sendable {
    package var daemonUID: UInt32
    package var adminGroup: UInt32?

    package init(daemonUID: UInt32, adminGroup: UInt32?) {
        self.daemonUID = daemonUID
        self.adminGroup = adminGroup
    }

    func includes(_ peer: PeerIdentity) -> Bool {
        if peer.uid == 0 || peer.uid == daemonUID { return true }
        guard let adminGroup else { return false }
        return peer.gid == adminGroup || peer.supplementaryGroups.contains(adminGroup)
    }
}

extension AccessDecision {
    init(caller: Caller, index: AccessIndex, peerIsAdministrator: Bool) {
        self.init(
            principals: caller.principals, peer: caller.peerPrincipals, isDelegated: caller.subject != nil,
            isAdministrator: caller.isAdministrator, peerIsAdministrator: peerIsAdministrator, index: index)
    }
}

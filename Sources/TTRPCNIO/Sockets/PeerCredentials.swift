internal import CLinuxShims
import Glibc

/// Who is at the other end of a Unix socket, as the kernel says (unix(7), SO_PEERCRED and SO_PEERGROUPS).
///
/// The values are those of the moment when the peer connected; later changes of its groups do not show, which is why
/// connections have a maximum age.
package struct PeerIdentity: Sendable, Hashable {
    /// Effective user id.
    package var uid: UInt32
    /// Effective group id.
    package var gid: UInt32
    /// Supplementary groups, in the kernel's order; may contain `gid`.
    package var supplementaryGroups: [UInt32]
    /// Process id. For logs only: it may be another process's by the time it is read.
    package var pid: Int32

    package init(uid: UInt32, gid: UInt32, supplementaryGroups: [UInt32], pid: Int32) {
        self.uid = uid
        self.gid = gid
        self.supplementaryGroups = supplementaryGroups
        self.pid = pid
    }
}

/// Why a connection has no identity that may be served; it is closed before its first byte is read.
enum PeerCredentialsError: Error, Sendable, Hashable {
    /// The kernel did not say who is there: `option` failed with `errno`.
    case unreadable(option: String, errno: Int32)
    /// The uid stands for "unknown": the overflow uid 65534, or (uid_t)-1.
    case refusedUser(UInt32)
    /// More groups than the kernel lets any process have.
    case tooManyGroups
}

/// Reads who is at the other end of a connected Unix socket.
enum PeerCredentials {
    /// NGROUPS_MAX of the kernel (limits.h): no process has more supplementary groups.
    static let maximumGroups = 65_536

    /// The overflow uid, which the kernel shows for users of other namespaces, and the error value of uid_t.
    static let refusedUsers: Set<UInt32> = [65_534, .max]

    static func read(from descriptor: CInt) throws(PeerCredentialsError) -> PeerIdentity {
        var (uid, gid, pid): (UInt32, UInt32, Int32) = (.max, .max, 0)
        let error = clinux_peer_credentials(descriptor, &uid, &gid, &pid)
        guard error == 0 else { throw .unreadable(option: "SO_PEERCRED", errno: error) }
        guard !refusedUsers.contains(uid) else { throw .refusedUser(uid) }
        let groups = try readGroups { clinux_peer_groups(descriptor, $0, $1) }
        return PeerIdentity(uid: uid, gid: gid, supplementaryGroups: groups, pid: pid)
    }

    /// Asks for the groups with more and more room until they fit: the kernel answers ERANGE and the number it needs.
    static func readGroups(
        _ ask: (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Int>) -> Int32
    ) throws(PeerCredentialsError) -> [UInt32] {
        var room = 64
        while true {
            var count = room
            var groups = [UInt32](repeating: .max, count: room)
            let error = groups.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { ask($0, &count) } ?? EINVAL
            }
            switch error {
            case 0: return Array(groups.prefix(count))
            case ERANGE:
                guard room < maximumGroups else { throw .tooManyGroups }
                room = min(maximumGroups, max(room * 2, count))
            default: throw .unreadable(option: "SO_PEERGROUPS", errno: error)
            }
        }
    }
}

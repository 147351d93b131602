/// Who is at the other end of a Unix socket, as the kernel says (unix(7), SO_PEERCRED and SO_PEERGROUPS).
///
/// The values are those of the moment when the peer connected; later changes of its groups do not show, which is why
/// connections have a maximum age.
public struct PeerIdentity: Sendable, Hashable {
    /// Effective user id.
    public var uid: UInt32
    /// Effective group id.
    public var gid: UInt32
    /// Supplementary groups, in the kernel's order; may contain `gid`.
    public var supplementaryGroups: [UInt32]
    /// Process id. For logs only: it may be another process's by the time it is read.
    public var pid: Int32

    public init(uid: UInt32, gid: UInt32, supplementaryGroups: [UInt32], pid: Int32) {
        self.uid = uid
        self.gid = gid
        self.supplementaryGroups = supplementaryGroups
        self.pid = pid
    }
}

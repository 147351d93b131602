import Glibc

/// Whom a process runs as: numbers alone, no entry in the machine's user database is needed.
struct Account: Hashable, Sendable, CustomStringConvertible {
    var uid: UInt32
    var gid: UInt32
    var supplementaryGroups: [UInt32] = []
    var name: String

    init(_ name: String, uid: UInt32, gid: UInt32? = nil, supplementaryGroups: [UInt32] = []) {
        self.name = name
        self.uid = uid
        self.gid = gid ?? uid
        self.supplementaryGroups = supplementaryGroups
    }

    var description: String { name }

    /// Whoever runs the tests.
    static let current = Account("the tests' own user", uid: getuid(), gid: getgid())

    static let stranger = Account("a non-member", uid: 61_001)

    /// Only root can start processes as somebody else.
    static let othersAvailable = geteuid() == 0
}

import Glibc

/// A Unix group as the operator named it, with its number.
package struct SystemGroup: Sendable, Equatable {
    /// The name or the decimal number, as given.
    package let name: String
    package let gid: UInt32

    package init(name: String, gid: UInt32) {
        self.name = name
        self.gid = gid
    }
}

/// Finds a group's number; tests pass their own.
package typealias GroupLookup = @Sendable (String) -> UInt32?

extension SystemGroup {
    /// Looks in the system's group database (getgrnam_r(3)); a decimal number stands for itself.
    ///
    /// 65534 and `(gid_t)-1` name nobody's group and are refused, as they are for callers.
    package static let systemLookup: GroupLookup = { name in
        if let number = UInt32(name), name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return number == 65534 || number == .max ? nil : number
        }
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 4096)
        while true {
            let error = getgrnam_r(name, &entry, &buffer, buffer.count, &found)
            // A group with very many members needs more room.
            if error == ERANGE, buffer.count < 16 << 20 {
                buffer = [CChar](repeating: 0, count: buffer.count * 4)
                continue
            }
            guard error == 0, found != nil, entry.gr_gid != 65534 else { return nil }
            return entry.gr_gid
        }
    }
}

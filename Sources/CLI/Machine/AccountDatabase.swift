import Glibc

/// Local users and groups by name and number; the wire carries numbers alone.
package struct AccountDatabase: Sendable {
    package var uid: @Sendable (_ name: String) -> UInt32?
    package var gid: @Sendable (_ name: String) -> UInt32?
    package var userName: @Sendable (_ uid: UInt32) -> String?
    package var groupName: @Sendable (_ gid: UInt32) -> String?

    package init(
        uid: @escaping @Sendable (String) -> UInt32?, gid: @escaping @Sendable (String) -> UInt32?,
        userName: @escaping @Sendable (UInt32) -> String?, groupName: @escaping @Sendable (UInt32) -> String?
    ) {
        self.uid = uid
        self.gid = gid
        self.userName = userName
        self.groupName = groupName
    }

    /// The system's own, through getpwnam_r(3) and getgrnam_r(3).
    package static let system = AccountDatabase(
        uid: { name in user { getpwnam_r(name, $0, $1, $2, $3) }?.number },
        gid: { name in group { getgrnam_r(name, $0, $1, $2, $3) }?.number },
        userName: { uid in user { getpwuid_r(uid, $0, $1, $2, $3) }?.name },
        groupName: { gid in group { getgrgid_r(gid, $0, $1, $2, $3) }?.name })

    private typealias Buffer = UnsafeMutablePointer<CChar>

    private static func user(
        _ lookUp: (UnsafeMutablePointer<passwd>, Buffer, Int, UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>) ->
            CInt
    ) -> (number: UInt32, name: String)? {
        withGrowingBuffer { buffer, size in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let status = lookUp(&entry, buffer, size, &found)
            return (status, found.map { ($0.pointee.pw_uid, String(cString: $0.pointee.pw_name)) })
        }
    }

    private static func group(
        _ lookUp: (
            UnsafeMutablePointer<Glibc.group>, Buffer, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<Glibc.group>?>
        ) -> CInt
    ) -> (number: UInt32, name: String)? {
        withGrowingBuffer { buffer, size in
            var entry = Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let status = lookUp(&entry, buffer, size, &found)
            return (status, found.map { ($0.pointee.gr_gid, String(cString: $0.pointee.gr_name)) })
        }
    }

    /// Large groups need large buffers: ERANGE asks for more, up to 16 MiB.
    private static func withGrowingBuffer<Found>(_ lookUp: (Buffer, Int) -> (CInt, Found?)) -> Found? {
        var size = 1024
        while size <= 16 << 20 {
            let buffer = Buffer.allocate(capacity: size)
            defer { buffer.deallocate() }
            let (status, found) = lookUp(buffer, size)
            if status != ERANGE { return status == 0 ? found : nil }
            size *= 4
        }
        return nil
    }
}

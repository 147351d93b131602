import Glibc

/// A Unix datagram socket connected to a service manager's or journal's address; closed with its last owner.
final class DatagramSocket: Sendable {
    private let descriptor: Int32

    /// Nil when nobody receives there.
    ///
    /// - Parameter path: a file's path; with a leading `@` a name in the abstract namespace (unix(7)).
    init?(path: String) {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard let first = bytes.first, bytes.count <= 107, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: bytes)
            if first == UInt8(ascii: "@") { target[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // An abstract name ends with the address's length, a path with its NUL.
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + bytes.count + (first == UInt8(ascii: "@") ? 0 : 1))
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard result == 0 else {
            _ = close(descriptor)
            return nil
        }
        var patience = timeval(tv_sec: 0, tv_usec: Self.patienceMilliseconds * 1000)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        self.descriptor = descriptor
    }

    /// How long a receiver that does not read may hold up a sender: a manager or journal that hangs must not hang the
    /// daemon.
    private static let patienceMilliseconds = 500

    deinit { _ = close(descriptor) }

    /// Sends one datagram; false when it did not go.
    ///
    /// - Parameter waiting: whether to be patient with a receiver whose queue is full.
    func send(_ bytes: [UInt8], waiting: Bool = true) -> Bool {
        let flags = Int32(MSG_NOSIGNAL) | (waiting ? 0 : Int32(MSG_DONTWAIT))
        while true {
            let count = Glibc.send(descriptor, bytes, bytes.count, flags)
            if count == bytes.count { return true }
            guard count < 0, errno == EINTR else { return false }
        }
    }
}

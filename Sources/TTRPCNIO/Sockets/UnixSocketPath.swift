import Glibc
import SystemIO

/// A path that a Unix socket's address can hold: a place in the file system, at most 107 bytes and a NUL (unix(7)).
struct UnixSocketPath: Sendable, Hashable {
    /// Bytes of `sun_path`, less the NUL.
    static let maximumBytes = 107

    let value: String

    /// - Throws: `invalidPath`, `abstractAddress` or `pathTooLong`.
    init(_ value: String) throws(SocketError) {
        guard let first = value.utf8.first else { throw .invalidPath(value) }
        // The notations of the abstract namespace.
        guard first != 0, first != UInt8(ascii: "@") else { throw .abstractAddress(value) }
        // The kernel would cut it there.
        guard !value.utf8.contains(0) else { throw .invalidPath(value) }
        guard value.utf8.count <= Self.maximumBytes else { throw .pathTooLong(path: value, bytes: value.utf8.count) }
        self.value = value
    }

    /// Calls `body` with the address, for bind(2) and connect(2).
    ///
    /// Done here because SwiftNIO's own address type stops at 103 bytes.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: value.utf8) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// A new stream socket, closed on exec and non-blocking.
    static func makeSocket() throws(SystemError) -> OwnedDescriptor {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw SystemError(errno, "socket") }
        return OwnedDescriptor(taking: descriptor)
    }

    /// Connects to a server whose queue is full: waits in the kernel until it is this caller's turn, and blocks its
    /// thread so long.
    ///
    /// Who asks again and again instead finds the queue full again by those who wait.
    ///
    /// - Parameter seconds: how long to wait; EAGAIN is thrown after that.
    func connectInTurn(_ socket: borrowing OwnedDescriptor, seconds: Int) throws(SystemError) {
        let flags = fcntl(socket.raw, F_GETFL)
        _ = fcntl(socket.raw, F_SETFL, flags & ~O_NONBLOCK)
        setSendTimeout(of: socket, seconds: max(1, seconds))
        try connect(socket)
        setSendTimeout(of: socket, seconds: 0)
        _ = fcntl(socket.raw, F_SETFL, flags)
    }

    private func setSendTimeout(of socket: borrowing OwnedDescriptor, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket.raw, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Tries once to connect.
    func connect(_ socket: borrowing OwnedDescriptor) throws(SystemError) {
        let descriptor = socket.raw
        while true {
            let result = withAddress { Glibc.connect(descriptor, $0, $1) }
            if result == 0 { return }
            guard errno == EINTR else { throw SystemError(errno, "connect") }
        }
    }
}

// Where a server's listening socket comes from, and what may be removed for it.
//
// Invariants:
// 1. Nothing is removed but a socket file of our own user at which nobody answers.
// 2. From its creation the file has no more than mode 0600, and its final group before its final mode.
// 3. Nobody can connect before owner, group and mode are final: listen comes last.
// 4. At the end the path is unlinked only while it is still the file that we made.
//
// Two servers that start on one path at the same instant are not told apart here (a bound socket that does not listen
// yet refuses connections like a dead one): the daemon's lock on its state directory is.

import Glibc
import SystemIO

/// Where a server's listening socket comes from.
package enum SocketSource: Sendable {
    /// A new Unix stream socket at `path` with these permission bits and, if given, this group.
    case bind(path: String, mode: UInt32, group: UInt32?)
    /// An already bound Unix stream socket, for example from a service manager; the server owns it from then on.
    case adopt(descriptor: Int32)
}

/// A socket file that this process made, known by its inode.
struct BoundSocketFile: Sendable, Hashable {
    let path: UnixSocketPath
    let device: dev_t
    let inode: ino_t

    /// Removes the file, unless something else stands there by now.
    func unlink() {
        var status = stat()
        guard lstat(path.value, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        _ = Glibc.unlink(path.value)
    }
}

/// A socket that callers can connect to, not yet served.
struct ListeningSocket: ~Copyable {
    private let descriptor: OwnedDescriptor
    /// The file that we made; `nil` for an adopted socket, whose file is its maker's.
    let file: BoundSocketFile?

    /// Connections that may wait to be accepted; SwiftNIO sets the same number again.
    private static let backlog: CInt = 128

    private init(_ descriptor: consuming OwnedDescriptor, file: BoundSocketFile?) {
        self.descriptor = descriptor
        self.file = file
    }

    static func open(_ source: SocketSource) throws(SocketError) -> ListeningSocket {
        switch source {
        case .adopt(let descriptor):
            let socket = ListeningSocket(try adopt(OwnedDescriptor(taking: descriptor)), file: nil)
            try socket.listen(at: "descriptor \(descriptor)")
            return socket
        case .bind(let path, let mode, let group):
            let path = try UnixSocketPath(path)
            try clear(path)
            let descriptor = try makeSocket(for: path)
            let file = try bind(descriptor, at: path)
            let socket = ListeningSocket(descriptor, file: file)
            do throws(SocketError) {
                try setPermissions(of: path, mode: mode, group: group)
                try socket.listen(at: path.value)
            } catch {
                file.unlink()
                throw error
            }
            return socket
        }
    }

    private borrowing func listen(at place: String) throws(SocketError) {
        guard Glibc.listen(descriptor.raw, Self.backlog) == 0 else {
            throw .systemCall("listen", path: place, errno: errno)
        }
    }

    /// Hands the descriptor to the event loop that serves it.
    consuming func release() -> CInt { descriptor.release() }

    /// Makes room at `path`: a dead socket of ours is removed, anything else is an error.
    private static func clear(_ path: UnixSocketPath) throws(SocketError) {
        var status = stat()
        guard lstat(path.value, &status) == 0 else {
            if errno == ENOENT { return }
            throw .systemCall("lstat", path: path.value, errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path.value) }
        guard status.st_uid == geteuid() else { throw .foreignSocket(path: path.value, owner: status.st_uid) }
        let probe = try makeSocket(for: path)
        do {
            try path.connect(probe)
            throw SocketError.addressInUse(path: path.value)
        } catch let error as SystemError {
            // EAGAIN: somebody listens, with a full queue. Only a refusal says that nobody does.
            guard error.code == ECONNREFUSED else { throw .addressInUse(path: path.value) }
        } catch {
            throw .addressInUse(path: path.value)
        }
        guard unlink(path.value) == 0 || errno == ENOENT else {
            throw .systemCall("unlink", path: path.value, errno: errno)
        }
    }

    private static func makeSocket(for path: UnixSocketPath) throws(SocketError) -> OwnedDescriptor {
        do throws(SystemError) {
            return try UnixSocketPath.makeSocket()
        } catch {
            throw .systemCall("socket", path: path.value, errno: error.code)
        }
    }

    private static func bind(
        _ socket: borrowing OwnedDescriptor, at path: UnixSocketPath
    ) throws(SocketError) -> BoundSocketFile {
        let descriptor = socket.raw
        // The kernel gives the file the socket's own mode less the umask. Unlike a umask of our own, this cannot touch
        // what other threads create meanwhile.
        guard fchmod(descriptor, 0o600) == 0 else {
            throw .systemCall("fchmod", path: path.value, errno: errno)
        }
        guard path.withAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else {
            if errno == EADDRINUSE { throw .addressInUse(path: path.value) }
            throw .systemCall("bind", path: path.value, errno: errno)
        }
        var status = stat()
        guard lstat(path.value, &status) == 0 else {
            throw .systemCall("lstat", path: path.value, errno: errno)
        }
        return BoundSocketFile(path: path, device: status.st_dev, inode: status.st_ino)
    }

    private static func setPermissions(
        of path: UnixSocketPath, mode: UInt32, group: UInt32?
    ) throws(SocketError) {
        if let group, lchown(path.value, .max, group) != 0 {
            throw .systemCall("chown", path: path.value, errno: errno)
        }
        guard chmod(path.value, mode & 0o777) == 0 else {
            throw .systemCall("chmod", path: path.value, errno: errno)
        }
    }

    private static func adopt(_ socket: consuming OwnedDescriptor) throws(SocketError) -> OwnedDescriptor {
        let descriptor = socket.raw
        for (option, wanted, word) in [
            (SO_DOMAIN, AF_UNIX, "Unix"), (SO_TYPE, CInt(SOCK_STREAM.rawValue), "stream"),
        ] {
            var value: CInt = -1
            var length = socklen_t(MemoryLayout<CInt>.size)
            guard getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 else {
                throw .unsuitableDescriptor(descriptor, why: SystemError.text(ofErrno: errno))
            }
            guard value == wanted else { throw .unsuitableDescriptor(descriptor, why: "it is no \(word) socket") }
        }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw .unsuitableDescriptor(descriptor, why: SystemError.text(ofErrno: errno))
        }
        return socket
    }
}

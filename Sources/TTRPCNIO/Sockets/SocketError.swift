import SystemIO

/// Why a server cannot listen; nothing was left behind in the file system.
package enum SocketError: Error, Sendable, Hashable {
    /// The path is empty or holds a NUL character.
    case invalidPath(String)
    /// The path has more bytes than a Unix socket's address can hold (107).
    case pathTooLong(path: String, bytes: Int)
    /// The address is in the abstract namespace, where no permissions guard it.
    case abstractAddress(String)
    /// Another server answers at `path`.
    case addressInUse(path: String)
    /// Something that is no socket is at `path`; it was left alone.
    case notASocket(path: String)
    /// A socket at `path` belongs to `owner`, another user; it was left alone.
    case foreignSocket(path: String, owner: UInt32)
    /// The adopted descriptor is no Unix stream socket that is bound.
    case unsuitableDescriptor(Int32, why: String)
    /// A system call failed with `errno`.
    case systemCall(String, path: String, errno: Int32)
}

extension SocketError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidPath: "the socket's path is empty or holds a NUL character: name a file"
        case .pathTooLong(let path, let bytes):
            "the socket's path has \(bytes) bytes, a Unix socket's at most \(UnixSocketPath.maximumBytes): "
                + "choose a shorter one than \(path)"
        case .abstractAddress(let address):
            "\(address) is an abstract address, which any user can reach: name a file"
        case .addressInUse(let path): "another server answers at \(path): stop it, or choose another path"
        case .notASocket(let path): "\(path) is there and is no socket: move it away, or choose another path"
        case .foreignSocket(let path, let owner):
            "the socket at \(path) belongs to uid \(owner): remove it, or choose another path"
        case .unsuitableDescriptor(let descriptor, let why): "descriptor \(descriptor) cannot be listened on: \(why)"
        case .systemCall(let call, let path, let errno):
            "\(call) failed for \(path): \(SystemError.text(ofErrno: errno))"
        }
    }
}

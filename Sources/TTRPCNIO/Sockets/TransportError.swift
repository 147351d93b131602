import SystemIO

/// Why a client has no answer at all: the connection, not the call, failed.
package enum TransportError: Error, Sendable, Hashable {
    /// Nothing accepts connections at `path`; `errno` says why (ENOENT, ECONNREFUSED, EACCES, ...).
    case unreachable(path: String, errno: Int32)
    /// The path has more bytes than a Unix socket's address can hold (unix(7): 107 and a NUL).
    case pathTooLong(path: String, bytes: Int)
    /// The address has no place in the file system (it begins with `@` or NUL), so no permissions guard it.
    case abstractAddress(String)
    /// The connection was closed before the answer came.
    case closed
    /// The peer does not speak ttrpc, or breaks its rules.
    case malformedPeer(String)
    /// A message, of either side, that does not fit into a frame of `limit` bytes.
    case messageTooLarge(bytes: Int, limit: Int)
    /// The connection has used up its stream ids; a new one is needed.
    case streamIDsExhausted
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let path, let errno):
            "no server answers at \(path): \(SystemError.text(ofErrno: errno)); "
                + "is it running, and may this user reach it?"
        case .pathTooLong(let path, let bytes):
            "the socket's path has \(bytes) bytes, a Unix socket's at most \(UnixSocketPath.maximumBytes): \(path)"
        case .abstractAddress(let address):
            "\(address) is an abstract address, which any user can take: name a socket file"
        case .closed: "the server closed the connection before it had answered"
        case .malformedPeer(let why): "the server does not keep to the ttrpc protocol: \(why)"
        case .messageTooLarge(let bytes, let limit):
            "a message of \(bytes) bytes does not fit into a frame of \(limit) bytes"
        case .streamIDsExhausted: "the connection has used up its stream ids: connect again"
        }
    }
}

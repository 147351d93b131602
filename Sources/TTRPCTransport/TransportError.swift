/// Why a client has no answer at all: the connection, not the call, failed.
public enum TransportError: Error, Sendable, Hashable {
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
    /// The message does not fit into a frame.
    case messageTooLarge(bytes: Int, limit: Int)
    /// The call is one that the client had ended already, or its 2^31 stream ids are used up.
    case streamUnavailable(String)
}

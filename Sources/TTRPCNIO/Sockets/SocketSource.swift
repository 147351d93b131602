/// Where a server's listening socket comes from.
public enum SocketSource: Sendable {
    /// A new Unix stream socket at `path` with these permission bits and, if given, this group.
    case bind(path: String, mode: UInt32, group: UInt32?)
    /// An already bound Unix stream socket, for example from a service manager; the server owns it from then on.
    case adopt(descriptor: Int32)
}

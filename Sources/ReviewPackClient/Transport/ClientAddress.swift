/// Where the service listens: the path of a Unix stream socket.
///
/// Written as a path or as `unix:///absolute/path` (also `unix:path`, as gRPC names it). Abstract addresses are
/// refused: they have no place in the file system, so no permissions guard them and anybody may bind them first.
public struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    /// Where a packaged service listens.
    public static let standard = ClientAddress(unchecked: "/run/reviewpack/reviewpack.sock")
    /// unix(7): `sun_path` holds 108 bytes, the last of them a NUL.
    public static let maximumBytes = 107

    /// The path, without a scheme; 1 to 107 bytes.
    public let path: String

    /// Throws a usage error that says what is wrong with `text`.
    public init(_ text: String) throws(ClientError) {
        let path: Substring
        if text.hasPrefix("unix://") {
            path = text.dropFirst("unix://".count)
            guard path.hasPrefix("/") else {
                throw .usage(
                    "the address \(text.debugDescription) has no absolute path after unix://",
                    advice: "write unix:///run/reviewpack/reviewpack.sock, or the path alone")
            }
        } else if text.hasPrefix("unix:") {
            path = text.dropFirst("unix:".count)
        } else {
            path = text[...]
        }
        guard let first = path.utf8.first else {
            throw .usage("the address is empty", advice: "give the path of the service's socket")
        }
        guard first != UInt8(ascii: "@"), !path.utf8.contains(0), !text.hasPrefix("unix-abstract:") else {
            throw .usage(
                "the address \(text.debugDescription) is abstract: no file permissions would guard it",
                advice: "give the path of a socket in the file system")
        }
        guard path.utf8.count <= Self.maximumBytes else {
            throw .usage(
                "the socket's path has \(path.utf8.count) bytes; the system allows \(Self.maximumBytes)",
                advice: "give a shorter path, for example one relative to the current directory")
        }
        self.path = String(path)
    }

    private init(unchecked path: String) { self.path = path }

    public var description: String { path }
}

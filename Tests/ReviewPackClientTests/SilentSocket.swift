import Glibc

/// A Unix socket that listens and never accepts: connecting succeeds, and nothing is ever answered.
final class SilentSocket {
    let path: String
    private let directory: String
    private let descriptor: CInt

    struct Failure: Error { var errno: CInt }

    init() throws {
        var template = Array("/tmp/reviewpack-silent-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(errno: errno) }
        directory = String(cString: made)
        path = "\(directory)/s"
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(descriptor, 8) == 0 else { throw Failure(errno: errno) }
    }

    deinit {
        close(descriptor)
        unlink(path)
        rmdir(directory)
    }
}

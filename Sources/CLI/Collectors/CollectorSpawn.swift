import CLinuxShims
import Glibc

/// Starts a collector, or a tool of the system, with nothing of this process but the two given descriptors and the given environment.
enum CollectorSpawn {
    /// `error` is an errno value; unless it is 0, there is no process.
    static func start(
        _ path: String, arguments: [String], _ environment: [String: String], output: CInt, errors: CInt
    ) -> (pid: pid_t, error: CInt) {
        var pid: pid_t = -1
        let error = withTexts([path] + arguments) { arguments in
            withTexts(environment.map { "\($0.key)=\($0.value)" }.sorted()) { variables in
                clinux_spawn_session(path, arguments, variables, output, errors, &pid)
            }
        }
        return (pid, error)
    }

    /// Hands out an array of C strings, ended by NULL.
    private static func withTexts(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> CInt
    ) -> CInt {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        guard !copies.contains(nil) else { return ENOMEM }
        return (copies + [nil]).withUnsafeBufferPointer { $0.baseAddress.map(body) ?? ENOMEM }
    }
}

package import CLinuxShims
import Foundation
import Glibc
package import ReviewPackClient

/// One life of a daemon process on a scratch folder: `state` in it, its socket, and a journal that grows from life to
/// life.
///
/// The settings go through the environment, so that `reviewpackd` and the tests' own `FaultDaemon` are started alike.
package final class DaemonProcess: Sendable {
    /// How a process ended.
    package enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    package struct NotServing: Error, CustomStringConvertible {
        package let end: End?
        package let journal: String
        package var description: String {
            "the daemon did not come to serve (\(end.map { "\($0)" } ?? "still running")):\n\(journal)"
        }
    }

    package let folder: String
    package let pid: pid_t

    package static func socket(_ folder: String) -> String { folder + "/sock" }
    package static func state(_ folder: String) -> String { folder + "/state" }

    /// Starts it; does not wait.
    package init(
        program: String, folder: String, settings: [String: String] = [:], environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        var variables = ["PATH": "/usr/bin:/bin", "LIBDISPATCH_LOG": "NO", "SWIFT_BACKTRACE": "enable=no"]
        variables["REVIEWPACK_STATE_DIR"] = Self.state(folder)
        variables["REVIEWPACK_SOCKET"] = Self.socket(folder)
        for (name, value) in settings { variables["REVIEWPACK_" + name.uppercased()] = value }
        variables.merge(environment) { $1 }
        let output = open(folder + "/journal", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw POSIXError(.EIO) }
        defer { close(output) }
        var pid: pid_t = 0
        let code = Self.withStrings([program, "serve"]) { arguments in
            Self.withStrings(variables.map { "\($0.key)=\($0.value)" }) { environment in
                clinux_spawn_session(program, arguments, environment, output, output, &pid)
            }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
        self.pid = pid
    }

    /// Returns when it answers; throws `NotServing` when it ended before, or did not come in time.
    package func serving(within limit: Duration = .seconds(60)) async throws -> ReviewPackClient {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        while clock.now < end {
            if isListening {
                return try await ReviewPackClient.connect(
                    to: ClientAddress(Self.socket(folder)), connectTimeout: .zero)
            }
            if hasEnded { throw NotServing(end: wait(), journal: journal) }
            try await Task.sleep(for: .milliseconds(3))
        }
        throw NotServing(end: nil, journal: journal)
    }

    /// Whether a connection is taken; asked without the client, which costs more than the daemon's start.
    private var isListening: Bool {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Self.socket(folder).utf8.prefix(107)) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    package func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for its end; once only.
    package func wait() -> End {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let number = status & 0x7F
        return number == 0 ? .exited((status >> 8) & 0xFF) : .signalled(number)
    }

    /// Whether it has ended already; it still is to be waited for.
    package var hasEnded: Bool {
        var information = siginfo_t()
        let known = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | Int32(WNOWAIT))
        return known == 0 && information.si_signo == SIGCHLD
    }

    /// The end of what its lives printed.
    package var journal: String {
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: folder + "/journal"))) ?? Data()
        return String(decoding: bytes.suffix(6000), as: UTF8.self)
    }

    private static func withStrings<Value>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}

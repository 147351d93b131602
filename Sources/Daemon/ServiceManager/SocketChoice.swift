// Socket activation (sd_listen_fds(3)): the service manager passes listening sockets as the descriptors from 3 on.
//
//   LISTEN_PID      decimal pid of the process that they are meant for
//   LISTEN_FDS      how many there are, decimal
//   LISTEN_FDNAMES  their names, joined by `:`; may be absent

import ExitCodes
import Glibc
import TTRPCNIO

/// A descriptor that the service manager passed.
struct PassedDescriptor: Equatable, Sendable {
    var number: Int32
    /// The unit's FileDescriptorName; empty when the manager gave none.
    var name: String
}

enum PassedDescriptors {
    static let first: Int32 = 3
    /// The name that tells our socket from others, when more than one is passed.
    static let socketName = "reviewpack"
    private static let maximum: Int32 = 64

    /// The descriptors passed to the process `pid`; none when the variables are absent or meant for another process.
    static func parse(_ environment: [String: String], pid: Int32) throws(StartupError) -> [PassedDescriptor] {
        guard environment["LISTEN_PID"] == String(pid), let text = environment["LISTEN_FDS"] else { return [] }
        guard let count = Int32(text), (0...maximum).contains(count) else {
            throw unsuitable("LISTEN_FDS is \(Quoted(text)), not a number from 0 to \(maximum)")
        }
        let names =
            environment["LISTEN_FDNAMES"].map { $0.split(separator: ":", omittingEmptySubsequences: false) } ?? []
        guard names.isEmpty || names.count == Int(count) || count == 0 else {
            throw unsuitable("LISTEN_FDNAMES has \(names.count) names for \(count) descriptors")
        }
        return (0..<count).map {
            PassedDescriptor(number: first + $0, name: names.isEmpty ? "" : String(names[Int($0)]))
        }
    }

    /// The one to serve: the only one, or of several the one named `reviewpack`. Nil when there is none at all.
    static func choose(from passed: [PassedDescriptor]) throws(StartupError) -> PassedDescriptor? {
        if passed.count <= 1 { return passed.first }
        let named = passed.filter { $0.name == socketName }
        guard let chosen = named.first, named.count == 1 else {
            throw unsuitable(
                "the service manager passed \(passed.count) descriptors, \(named.count) of them named \(socketName)")
        }
        return chosen
    }

    /// Refuses what is not a listening Unix stream socket.
    static func check(_ descriptor: Int32) throws(StartupError) {
        for (option, wanted, word) in [
            (SO_DOMAIN, AF_UNIX, "Unix"), (SO_TYPE, Int32(SOCK_STREAM.rawValue), "stream"),
            (SO_ACCEPTCONN, 1, "listening"),
        ] {
            var value: Int32 = -1
            var length = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 else {
                throw unsuitable(
                    "descriptor \(descriptor) of the service manager is no socket: \(String(cString: strerror(errno)))")
            }
            guard value == wanted else {
                throw unsuitable("descriptor \(descriptor) of the service manager is no \(word) socket")
            }
        }
    }

    private static func unsuitable(_ what: String) -> StartupError {
        StartupError(
            what, remedy: "pass one listening Unix stream socket (ListenStream= with a path, Accept=no)",
            exit: .configuration)
    }
}

/// Which socket the daemon serves on.
enum SocketChoice: Equatable, Sendable {
    /// The service manager's listening socket.
    case adopt(descriptor: Int32)
    /// A socket of our own.
    case bind(path: String)

    /// The first of: the service manager's descriptor, `--socket`, `reviewpack.sock` in a state directory that was
    /// given, the system's usual place.
    static func decide(passed: PassedDescriptor?, settings: Settings) -> SocketChoice {
        if let passed { return .adopt(descriptor: passed.number) }
        if !settings.socket.isEmpty { return .bind(path: settings.socket) }
        if !settings.stateDir.isEmpty { return .bind(path: settings.stateDir + "/reviewpack.sock") }
        return .bind(path: Settings.defaultSocket)
    }

    func source(_ settings: Settings) -> SocketSource {
        switch self {
        case .adopt(let descriptor): .adopt(descriptor: descriptor)
        case .bind(let path): .bind(path: path, mode: settings.socketMode, group: settings.socketGroup?.gid)
        }
    }

    /// For the log and the status.
    var place: String {
        switch self {
        case .adopt: "the service manager's socket"
        case .bind(let path): path
        }
    }
}

import Glibc
import TTRPCNIO

/// Which socket the daemon serves on.
enum SocketChoice: Equatable, Sendable {
    /// The service manager's listening socket.
    case adopt(descriptor: Int32)
    /// A socket of our own.
    case bind(path: String)

    /// The first of: the service manager's descriptor, `--socket`, `reviewpack.sock` in a state directory that was given, the
    /// system's usual place.
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

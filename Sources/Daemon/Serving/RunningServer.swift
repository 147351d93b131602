import Synchronization
import TTRPCNIO

/// The server once it listens; nil before.
final class RunningServer: Sendable {
    private let server = Mutex<TTRPCServer?>(nil)

    var value: TTRPCServer? { server.withLock { $0 } }

    func listens(_ started: TTRPCServer) { server.withLock { $0 = started } }
}

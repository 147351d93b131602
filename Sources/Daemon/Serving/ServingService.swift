import Domain
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import TTRPCNIO

/// Serves calls until it is told to stop, then drains.
///
/// The end: the socket closes and new calls are refused; running calls and generations get `drain_seconds`; what is
/// left ends `interrupted`; callers that watch a generation get one second more, to hear of it; then the store closes.
struct ServingService: Service {
    let core: ServiceCore
    let store: Store
    let dispatcher: Dispatcher
    let socket: SocketChoice
    let running: RunningServer
    let settings: RunningSettings
    let notify: NotifySocket
    let logger: Logger

    func run() async throws {
        let values = settings.values
        let server = try await TTRPCServer.start(
            on: socket.source(values), configuration: values.serverConfiguration, handler: dispatcher, logger: logger)
        running.listens(server)
        logger.notice("serving", metadata: ["socket": "\(socket.place)", "version": "\(ProductVersion.current)"])
        notify.send(.ready(status: "Serving on \(socket.place)"))
        // Cancelled by an error elsewhere, or told to stop: the end is the same.
        try? await gracefulShutdown()
        await drain(server)
    }

    private func drain(_ server: TTRPCServer) async {
        let seconds = settings.values.drainSeconds
        logger.notice("stopping", metadata: ["drain_seconds": "\(seconds)"])
        notify.send(.stopping(status: "Finishing running work, for \(seconds) s at most"))
        async let generations: Void = core.drain(deadline: .seconds(seconds))
        let report = await server.drain(deadline: .seconds(seconds + 1))
        await generations
        if report.cancelled > 0 {
            logger.warning("calls were cut off at the end of the drain", metadata: ["calls": "\(report.cancelled)"])
        }
        do {
            try await store.close()
        } catch {
            logger.error("the store did not close cleanly", metadata: ["error": "\(error)"])
        }
        logger.notice("stopped")
    }
}

/// The server once it listens; nil before.
final class RunningServer: Sendable {
    private let server = Mutex<TTRPCServer?>(nil)

    var value: TTRPCServer? { server.withLock { $0 } }

    func listens(_ started: TTRPCServer) { server.withLock { $0 = started } }
}

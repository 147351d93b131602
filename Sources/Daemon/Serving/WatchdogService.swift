import Glibc
import Logging
import ReviewPackAPI
import ServiceLifecycle
import Synchronization
import TTRPCNIO

/// Tells the service manager's watchdog that the daemon is alive, each time it listens, its event loops have turned and a health
/// request was really answered: through the dispatcher, its access checks and a read of the store.
///
/// Not through the socket: when hostile callers hold every connection there are, a restart would help nobody but them.
struct WatchdogService: Service {
    let interval: Duration
    let dispatcher: Dispatcher
    let server: RunningServer
    let notify: NotifySocket
    let logger: Logger

    func run() async throws {
        let probe = HealthProbe(dispatcher: dispatcher, server: server)
        try? await cancelWhenGracefulShutdown {
            while true {
                // Not awaited: a request that hangs must not keep the daemon from stopping. It keeps the next from starting.
                probe.start { isHealthy in
                    if isHealthy {
                        notify.send(.watchdog)
                    } else {
                        logger.error("the health check fails; the watchdog is not fed")
                    }
                }
                try await Task.sleep(for: interval)
            }
        }
    }
}

/// Asks the daemon's own health service, one request at a time.
final class HealthProbe: Sendable {
    private let dispatcher: Dispatcher
    private let server: RunningServer
    private let isRunning = Atomic(false)

    init(dispatcher: Dispatcher, server: RunningServer) {
        self.dispatcher = dispatcher
        self.server = server
    }

    /// Starts a check unless one is still under way.
    func start(_ completion: @escaping @Sendable (_ isHealthy: Bool) -> Void) {
        guard !isRunning.exchange(true, ordering: .acquiring) else { return }
        Task {
            completion(await check())
            isRunning.store(false, ordering: .releasing)
        }
    }

    func check() async -> Bool {
        let method = Methods.healthCheck.erased
        guard let descriptor = dispatcher.descriptor(service: method.service, method: method.name) else { return false }
        let peer = PeerIdentity(uid: geteuid(), gid: getegid(), supplementaryGroups: [], pid: getpid())
        let call = ServerCall(
            peer: peer, descriptor: descriptor, request: GRPCHealth.HealthCheckRequest().serialized()
        ) { _ in }
        do {
            if let server = server.value {
                guard server.isListening else { return false }
                try await server.turnEventLoops()
            }
            guard let answer = try await dispatcher.handle(call) else { return false }
            return try GRPCHealth.HealthCheckResponse(serialized: answer).status == .serving
        } catch {
            return false
        }
    }
}

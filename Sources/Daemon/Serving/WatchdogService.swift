import Logging
import ServiceLifecycle

/// Tells the service manager's watchdog that the daemon is alive, each time it listens, its event loops have turned and
/// a health request was really answered: through the dispatcher, its access checks and a read of the store.
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
                // Not awaited: a request that hangs must not keep the daemon from stopping. It keeps the next from
                // starting.
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

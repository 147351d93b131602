import Domain
import ExitCodes
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// SIGTERM and SIGINT: the first one lets the services shut down gracefully, the second one ends the process at once.
///
/// Ending at once is as safe as a crash: what was acknowledged is durable, and an unfinished generation ends
/// `interrupted` at the next start. `ServiceGroup`'s own signal handling knows no second signal, and of two listeners
/// on one signal only the first would see one that has been pending since the start; so this is the only listener.
struct StopSignals: Sendable {
    private let signals: UnixSignalsSequence
    private let logger: Logger

    init(logger: Logger) async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        self.logger = logger
    }

    /// Hands signals to `group` until cancelled.
    func deliver(to group: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            if isStopping {
                logger.warning("stopping at once after a second signal", metadata: ["signal": "\(signal)"])
                _exit(ExitStatus.interrupted.rawValue)
            }
            isStopping = true
            await group.triggerGracefulShutdown()
        }
    }
}

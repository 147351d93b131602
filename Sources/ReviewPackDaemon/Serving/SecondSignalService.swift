import Glibc
import Logging
import ReviewPackModel
import ServiceLifecycle
import UnixSignals

/// Ends the process at once when a second SIGTERM or SIGINT comes while it drains.
///
/// That is as safe as a crash: what was acknowledged is durable, and an unfinished generation ends `interrupted` at the next start.
struct SecondSignalService: Service {
    /// Listens since before the first signal could come.
    let signals: UnixSignalsSequence
    let logger: Logger

    func run() async throws {
        var isStopping = false
        for await signal in signals.cancelOnGracefulShutdown() {
            if isStopping {
                logger.warning("stopping at once after a second signal", metadata: ["signal": "\(signal)"])
                _exit(ExitStatus.interrupted.rawValue)
            }
            isStopping = true
        }
    }
}

import Logging
import ServiceLifecycle
import UnixSignals

/// Reads settings and token keys again on SIGHUP.
struct ReloadService: Service {
    let signals: UnixSignalsSequence
    let core: ServiceCore
    let settings: RunningSettings
    let keys: TokenKeySource
    let notify: NotifySocket
    let status: String
    let logger: Logger

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            notify.send(.reloadingNow())
            settings.reload(into: core, logger: logger)
            reloadKeys()
            notify.send(.ready(status: status))
        }
    }

    private func reloadKeys() {
        do {
            core.replace(tokenKeys: try keys.load())
        } catch {
            logger.error("token keys not reloaded, the old ones stay in force", metadata: ["problem": "\(error)"])
        }
    }
}

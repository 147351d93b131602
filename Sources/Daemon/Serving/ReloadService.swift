import Logging
import ServiceLifecycle
import Synchronization
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
            settings.readAgain(into: core, logger: logger)
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

/// The settings of a running daemon: who reads them sees the last good ones.
final class RunningSettings: Sendable {
    private let current: Mutex<LoadedSettings>
    private let loader: SettingsLoader
    private let output: LogOutput

    init(_ loaded: LoadedSettings, loader: SettingsLoader, output: LogOutput) {
        current = Mutex(loaded)
        self.loader = loader
        self.output = output
    }

    var values: Settings { current.withLock { $0.settings } }

    /// Reads the settings again and puts those in force that can change; a configuration with a mistake changes
    /// nothing.
    func readAgain(into core: ServiceCore, logger: Logger) {
        do {
            let new = try loader.load()
            let reload = current.withLock { current in
                let reload = SettingsReload(from: current, to: new)
                current = reload.inForce
                return reload
            }
            core.replace(settings: reload.inForce.settings)
            output.level = reload.inForce.settings.logLevel
            logger.notice("configuration reloaded", metadata: ["changed": "\(Self.list(reload.applied))"])
            if !reload.needingRestart.isEmpty {
                logger.warning(
                    "changed settings wait for a restart", metadata: ["settings": "\(Self.list(reload.needingRestart))"]
                )
            }
        } catch {
            for problem in error.problems.prefix(20) {
                logger.error(
                    "configuration not reloaded, the old one stays in force", metadata: ["problem": "\(problem)"])
            }
        }
    }

    private static func list(_ names: [String]) -> String { names.isEmpty ? "nothing" : names.joined(separator: ",") }
}

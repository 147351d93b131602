package import Domain
package import Logging
import ReviewPackAPI
package import Storage
import Synchronization

/// What every handler works with: one value for the life of the daemon.
package final class ServiceCore: Sendable {
    let store: Store
    let clock: WallClock
    let administrators: AdministratorRule
    let generations: GenerationQueue
    let watchers = Broadcast<PackID>()
    /// Wakes those who watch the health of the service.
    let health = Signal()
    /// Threads that read pack files.
    let disk = DiskQueue()
    /// Imports under way, by uid.
    let imports = ImportPermits()
    let downloads = DownloadLedger()
    let logger: Logger
    let startedAt: UnixMillis
    /// The version of the program, as `version` prints it.
    let version: String
    private let settingsInForce: Mutex<Settings>
    private let signerInForce: Mutex<TokenSigner>
    private let isServing = Mutex(true)

    package init(
        store: Store, clock: @escaping WallClock, administrators: AdministratorRule, settings: Settings,
        tokenKeys: TokenKeys, spoolDirectory: String, version: String, logger: Logger
    ) {
        self.store = store
        self.clock = clock
        startedAt = clock()
        self.administrators = administrators
        self.version = version
        self.logger = logger
        settingsInForce = Mutex(settings)
        signerInForce = Mutex(TokenSigner(keys: tokenKeys))
        generations = GenerationQueue(
            runner: GenerationRunner(
                store: store, clock: clock, version: version, spoolDirectory: spoolDirectory, logger: logger),
            watchers: watchers, limit: settings.concurrentGenerations)
        let watchers = watchers
        store.observePacks { watchers.wake($0.packID) }
    }

    /// The settings that requests see; a reload replaces them as a whole.
    var settings: Settings { settingsInForce.withLock { $0 } }

    /// The download token keys in force.
    var tokens: TokenSigner { signerInForce.withLock { $0 } }

    /// Whether the service takes requests: what the health service answers.
    var serving: Bool { isServing.withLock { $0 } }

    /// Puts reloaded settings in force for the requests that come now, and for how many generations run at a time.
    package func replace(settings: Settings) {
        settingsInForce.withLock { $0 = settings }
        generations.replace(limit: settings.concurrentGenerations)
    }

    /// Puts rotated token keys in force.
    package func replace(tokenKeys: TokenKeys) { signerInForce.withLock { $0 = TokenSigner(keys: tokenKeys) } }

    /// Stops taking generations, lets the running ones end within `deadline`, then marks the rest interrupted.
    package func drain(deadline: Duration) async {
        isServing.withLock { $0 = false }
        health.notify()
        await generations.drain(deadline: deadline)
        watchers.finish()
        health.finish()
    }
}

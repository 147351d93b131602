import Domain
import Logging
import Storage
import Synchronization

/// What every handler works with: one value for the life of the daemon.
public final class ServiceCore: Sendable {
    let store: Store
    let clock: WallClock
    let administrators: AdministratorRule
    let generations: GenerationQueue
    let watchers = Broadcast<PackID>()
    /// Wakes those who watch the health of the service.
    let health = Broadcast<String>()
    /// Threads that read pack files.
    let disk = DiskQueue()
    /// Imports under way, by uid.
    let imports = Slots("imports")
    let downloads = DownloadLedger()
    let logger: Logger
    let startedAt: UnixMillis
    /// The version of the program, as `version` prints it.
    let version: String
    private let policyInForce: Mutex<ServicePolicy>
    private let signerInForce: Mutex<TokenSigner>
    private let isServing = Mutex(true)

    public init(
        store: Store, clock: @escaping WallClock, administrators: AdministratorRule, policy: ServicePolicy,
        tokenKeys: TokenKeys, spoolDirectory: String, version: String, logger: Logger
    ) {
        self.store = store
        self.clock = clock
        startedAt = clock()
        self.administrators = administrators
        self.version = version
        self.logger = logger
        policyInForce = Mutex(policy)
        signerInForce = Mutex(TokenSigner(keys: tokenKeys))
        generations = GenerationQueue(
            runner: GenerationRunner(
                store: store, clock: clock, version: version, spoolDirectory: spoolDirectory, logger: logger),
            watchers: watchers, limit: policy.concurrentGenerations)
        let watchers = watchers
        store.observePacks { watchers.wake($0.packID) }
    }

    /// The settings that requests see; a reload replaces them as a whole.
    var policy: ServicePolicy { policyInForce.withLock { $0 } }

    /// The download token keys in force.
    var tokens: TokenSigner { signerInForce.withLock { $0 } }

    /// Whether the service takes requests: what the health service answers.
    var serving: Bool { isServing.withLock { $0 } }

    /// Puts reloaded settings in force for the requests that come now, and for how many generations run at a time.
    public func replace(policy: ServicePolicy) {
        policyInForce.withLock { $0 = policy }
        generations.replace(limit: policy.concurrentGenerations)
    }

    /// Puts rotated token keys in force.
    public func replace(tokenKeys: TokenKeys) { signerInForce.withLock { $0 = TokenSigner(keys: tokenKeys) } }

    /// Stops taking generations, lets the running ones end within `deadline`, then marks the rest interrupted.
    public func drain(deadline: Duration) async {
        isServing.withLock { $0 = false }
        for service in MethodTable.index.keys { health.wake(service) }
        health.wake("")
        await generations.drain(deadline: deadline)
        watchers.finish()
        health.finish()
    }
}

/// The settings that requests depend on; defaults are the contract's.
public struct ServicePolicy: Sendable, Equatable {
    public var retentionDays = 90
    public var hardDeleteGraceDays = 30
    public var historyDays = 400
    public var pruneHardDelete = false
    public var downloadTokenTTLMinutes = 60
    public var includePIIDefault = true
    public var includeOperationsDefault = true
    public var operationsWindowDays = 30
    public var generationTimeoutMinutes = 30
    /// How long before a pack's expiry its notice is raised; 0 for none.
    public var expiringNoticeDays = 7
    public var scanStaleAfterHours = 48
    /// Generations that run at a time.
    public var concurrentGenerations = 1
    /// Generations of one uid that may wait or run at a time.
    public var generationsPerUID = 16
    /// Imports of one uid that may run at a time.
    public var importsPerUID = 4
    /// Deflate threads of one generation.
    public var compressionThreads = 2
    /// What callers are told of the transport's bound, in bytes.
    public var maximumMessageBytes = 4 << 20

    public init() {}
}

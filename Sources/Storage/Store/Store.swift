import Dispatch
package import Domain
import GRDB
import Logging
import Synchronization

/// Everything the daemon knows, durable: one SQLite database, one directory of pack files, one writer.
///
/// Mutations take an `ActionStamp`: their audit event, their retry key and their effect are one transaction, and they
/// return only after its fsync. Reads run on connections of their own and never wait for a writer. Errors are
/// `ProductError`s; the details of the store's own faults go to the journal.
package final class Store: Sendable {
    package let files: PackFileStore
    let state: StateDirectory
    let configuration: StoreConfiguration
    let logger: Logger
    let pool: DatabasePool
    let readers: FairPlaces
    /// For imports that write their names: each blocks a thread meanwhile, and the writer's own must never be the last
    /// one.
    let nameWriters = FairPlaces(places: 4)
    let writes: WriteQueue
    let staging: StagedBytes
    let reserve: ReserveFile
    let clock: WallClock
    let counted = Mutex(CountedEvents())
    let flushTimer = SingleTimer()
    let forgettingTimer = SingleTimer()
    let pruneIsRunning = Atomic(false)
    let backupIsRunning = Atomic(false)
    let checkIsRunning = Atomic(false)
    /// The thread for the long disk work of checks and backups.
    let maintenance = DispatchQueue(label: "reviewpack.maintenance", qos: .utility)
    let isClosed = Atomic(false)
    /// A reader's connection that is asked only whether the database answers, so that nobody's reads delay that.
    let pulse: DatabaseQueue
    let shared: SharedState
    let crowds: CrowdedReceivers

    /// What the writer replaces after a commit and everybody reads.
    final class SharedState: Sendable {
        let access = Mutex(AccessIndex())
        let observers = Mutex<[@Sendable (PackChange) -> Void]>([])
    }

    /// Of a database that is open; whoever opens it reads the access index.
    init(
        _ state: StateDirectory, _ configuration: StoreConfiguration, _ clock: @escaping WallClock, _ logger: Logger,
        _ pool: DatabasePool, _ reserve: ReserveFile
    ) throws {
        let shared = SharedState()
        self.state = state
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        self.pool = pool
        self.shared = shared
        files = PackFileStore(state: state, faults: configuration.faults)
        self.reserve = reserve
        let limits = WriteLimits(configuration)
        let crowds = CrowdedReceivers()
        readers = FairPlaces(places: configuration.readers)
        staging = StagedBytes(limit: configuration.maximumStagedBytesPerUser)
        pulse = try LongRead.connection(to: state, "pulse")
        writes = WriteQueue(
            pool: pool, limit: configuration.writeQueueLimit, groupLimit: configuration.groupCommitLimit,
            makeTransaction: { WriteTransaction(database: $0, now: clock(), limits: limits) },
            committed: { Store.settle($0, shared, crowds) })
        self.crowds = crowds
    }

    /// The rights as of the last acknowledged change.
    package var access: AccessIndex { shared.access.withLock { $0 } }

    package func now() -> UnixMillis { clock() }

    /// Called after each commit that changed a pack, on the writer's thread and in the order of the commits: hand it on
    /// at once.
    package func observePacks(_ observer: @escaping @Sendable (PackChange) -> Void) {
        shared.observers.withLock { $0.append(observer) }
    }

    // MARK: - Access to the database

    /// Runs `body` in a shared write transaction; returns once it is durable.
    func write<Value: Sendable>(_ body: @escaping @Sendable (WriteTransaction) throws -> Value) async throws -> Value {
        do {
            let value = try await writes.write(for: .current, body)
            // There may be room again for what was given up.
            reserve.restore()
            return value
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }

    /// The same for the events of what must work on a full disk: room is made for them, and half of the reserve kept.
    func writeMakingRoom<Value: Sendable>(
        _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await write(body)
        } catch let error as ProductError where error.reason == .storageFull {
            await makeRoom()
        }
        do {
            return try await write(body)
        } catch let error as ProductError where error.reason == .storageFull && reserve.lend() {
            // The log was too small to make room, as soon after a start. What it takes now, it gives back to the next.
            defer { reserve.restore() }
            return try await write(body)
        }
    }

    /// Moves the write-ahead log into the database, which has room for most of its pages already, and gives the log's
    /// space back.
    ///
    /// The reserve lends its space to those pages that are new there.
    private func makeRoom() async {
        let isLent = reserve.release()
        await forgetDeleted()
        if isLent { reserve.restore() }
    }

    /// The same for writes that free space: on a full disk the reserve is given up for them.
    func writeUsingReserve<Value: Sendable>(
        _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await writeMakingRoom(body)
        } catch let error as ProductError where error.reason == .storageFull && reserve.release() {
            logger.warning("the disk is full; the reserve was given up to free space")
            return try await write(body)
        }
    }

    /// Runs an import's application when it is its requester's turn at the writer.
    func inTurn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await writes.alone(for: .current, body)
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }

    /// Runs `body`, which writes an import's names and blocks its thread meanwhile, when it is the requester's turn.
    func writingNames<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await nameWriters.run(for: .current, body)
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }

    /// A transaction of its own on the calling thread, for work that is too big to share one; inside of
    /// `WriteQueue.alone`.
    func writeAlone<Value>(_ body: (WriteTransaction) throws -> Value) throws -> Value {
        try pool.writeWithoutTransaction { database in
            let transaction = WriteTransaction(database: database, now: clock(), limits: WriteLimits(configuration))
            var value: Value?
            try database.inTransaction(.immediate) {
                value = try body(transaction)
                return .commit
            }
            Store.settle(transaction.effects, shared, crowds)
            guard let value else { throw ProductError.internal }
            return value
        }
    }

    /// Runs `body` inside one snapshot on a reader connection, when it is the requester's turn.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await readUnreported(body)
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }

    /// The same with errors as the database throws them.
    func readUnreported<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await readers.run(for: .current) { try await pool.read(body) }
    }

    /// Returns when the database answered a question of one row; waits for no other reader.
    package func answers() async throws {
        do {
            _ = try await pulse.read { try Int64.fetchOne($0, sql: "SELECT seq FROM audit_head WHERE id = 1") }
        } catch {
            throw StoreFailure.report(error, logger)
        }
    }

    /// Runs blocking disk work where neither an event loop nor the cooperative pool waits for it.
    ///
    /// When the task is cancelled, `stop` is raised: work that asks it ends soon, and work that has not begun never
    /// does. Throws `CancellationError` then.
    func onMaintenanceThread<Value: Sendable>(
        _ work: @escaping @Sendable (_ stop: StopFlag) throws -> Value
    ) async throws -> Value {
        let stop = StopFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                maintenance.async {
                    continuation.resume(
                        with: Result {
                            try stop.check()
                            return try work(stop)
                        })
                }
            }
        } onCancel: {
            stop.raise()
        }
    }

    /// Puts the effects of a commit in place, on the writer's thread.
    private static func settle(_ effects: CommitEffects, _ shared: SharedState, _ crowds: CrowdedReceivers) {
        if !effects.accessChanges.isEmpty {
            shared.access.withLock { index in for change in effects.accessChanges { index.apply(change) } }
        }
        crowds.note(effects.crowded)
        guard !effects.packChanges.isEmpty else { return }
        let observers = shared.observers.withLock { $0 }
        for change in effects.packChanges { for observer in observers { observer(change) } }
    }

    /// For work on many rows that must not end at a damaged one: nil in its place, and a line in the journal.
    func ifReadable<Value>(_ read: () throws -> Value) throws -> Value? {
        do {
            return try read()
        } catch let error as DamagedRow {
            logger.critical("a damaged row was passed over; run check", metadata: ["row": "\(error)"])
            return nil
        }
    }
}

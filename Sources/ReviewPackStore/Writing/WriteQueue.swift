import Dispatch
import GRDB
import Logging
import ReviewPackModel
import Synchronization

/// Commits small writes in groups: those that wait while one transaction is on its way to the disk share the next one.
///
/// 1. Each write runs in a savepoint of its own and gets its own result or error; a failing one takes nothing else with it.
/// 2. Nobody is answered before the commit's fsync, and before the effects of the commit (access index, watchers) are in place.
/// 3. A failure that ends the whole transaction (a full disk, an I/O error) is answered after each of its writes was tried again
///    alone, so that only those that truly do not fit fail. Closures must therefore do nothing but database work.
/// 4. At most `limit` writes wait; a further one is refused with JOB_LIMIT.
final class WriteQueue: Sendable {
    typealias Work = @Sendable (WriteTransaction) throws -> Void

    private struct Job: Sendable {
        var work: Work
        var done: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isDraining = false
    }

    private let state = Mutex(State())
    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "reviewpack.writes")
    private let limit: Int
    private let groupLimit: Int
    private let makeTransaction: @Sendable (Database) -> WriteTransaction
    private let committed: @Sendable (Database, CommitEffects) -> Void

    /// - Parameter committed: called on the writer's thread after each commit, before the callers are answered.
    init(
        pool: DatabasePool, limit: Int, groupLimit: Int,
        makeTransaction: @escaping @Sendable (Database) -> WriteTransaction,
        committed: @escaping @Sendable (Database, CommitEffects) -> Void
    ) {
        self.pool = pool
        self.limit = limit
        self.groupLimit = max(1, groupLimit)
        self.makeTransaction = makeTransaction
        self.committed = committed
    }

    /// Runs `body` in a shared transaction and returns its value once that is durable.
    func write<Value: Sendable>(_ body: @escaping @Sendable (WriteTransaction) throws -> Value) async throws -> Value {
        let result = Mutex<Value?>(nil)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            enqueue(
                Job(
                    work: { transaction in
                        let value = try body(transaction)
                        result.withLock { $0 = value }
                    },
                    done: { error in
                        if let error { continuation.resume(throwing: error) } else { continuation.resume() }
                    }))
        }
        guard let value = result.withLock({ $0 }) else { throw ProductError.internal }
        return value
    }

    /// Waits until everything that was enqueued before has been answered.
    func flush() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private func enqueue(_ job: Job) {
        enum Next { case wait, drain, refuse }
        let next: Next = state.withLock { state in
            if state.waiting.count >= limit { return .refuse }
            state.waiting.append(job)
            if state.isDraining { return .wait }
            state.isDraining = true
            return .drain
        }
        switch next {
        case .wait: break
        case .drain: queue.async { self.drain() }
        case .refuse: job.done(ProductError(.jobLimit, "too many changes are waiting to be stored; try again"))
        }
    }

    private func drain() {
        while true {
            let group: [Job] = state.withLock { state in
                let group = Array(state.waiting.prefix(groupLimit))
                state.waiting.removeFirst(group.count)
                if group.isEmpty { state.isDraining = false }
                return group
            }
            if group.isEmpty { return }
            commit(group)
        }
    }

    private func commit(_ group: [Job]) {
        do {
            let outcomes = try pool.writeWithoutTransaction { database in try self.run(group, database) }
            for (job, outcome) in zip(group, outcomes) { job.done(outcome) }
        } catch  where group.count > 1 {
            for job in group { commit([job]) }
        } catch {
            group[0].done(error)
        }
    }

    /// One transaction; throws when it as a whole was lost. The result holds each job's own error or nil.
    private func run(_ group: [Job], _ database: Database) throws -> [(any Error)?] {
        var outcomes: [(any Error)?] = []
        var effects = CommitEffects()
        try database.inTransaction(.immediate) {
            for job in group {
                let transaction = makeTransaction(database)
                do {
                    try database.inSavepoint {
                        try job.work(transaction)
                        return .commit
                    }
                    effects.changesAccess = effects.changesAccess || transaction.changesAccess
                    effects.packChanges += transaction.packChanges
                    outcomes.append(nil)
                } catch {
                    // SQLite itself rolls the whole transaction back on some errors; then nothing of the group stands.
                    guard database.isInsideTransaction else { throw error }
                    outcomes.append(error)
                }
            }
            return .commit
        }
        committed(database, effects)
        return outcomes
    }
}

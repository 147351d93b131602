import Dispatch
import Domain
import GRDB
import Logging
import Synchronization

/// Commits small writes in groups, and lets requesters take turns at the one writer.
///
/// 1. Each write runs in a savepoint of its own and gets its own result or error; a failing one takes nothing else with
///    it.
/// 2. Nobody is answered before the commit's fsync, and before the effects of the commit (access index, watchers) are
///    in place.
/// 3. A failure that ends the whole transaction (a full disk, an I/O error) is answered after each of its writes was
///    tried again alone, so that only those that truly do not fit fail. Closures must therefore do nothing but database
///    work.
/// 4. Requesters take turns, a write each, also within a group; a transaction of its own (`alone`) takes its
///    requester's turn.
/// 5. A group takes no further write once it has run for `groupTime`.
/// 6. At most `limit` writes wait, half of them of one user; more are refused with JOB_LIMIT. A user with none waiting
///    is never refused.
///
/// Its states and what leads from one to the next:
///
///     idle > draining      `start`, by the first that comes
///     draining > alone     `drain`, when the next turn is a transaction of its own; nothing else runs until it ends
///     alone > draining     `alone`, at its end
///     draining > idle      `becomeIdle`, when nobody waits
final class WriteQueue: Sendable {
    typealias Work = @Sendable (WriteTransaction) throws -> Void

    private struct Job: Sendable {
        var work: Work
        var done: @Sendable ((any Error)?) -> Void
    }

    private enum Turn: Sendable {
        case write(Job)
        /// Resumed at its turn; the writer is its waiter's until `alone` ends.
        case alone(CheckedContinuation<Void, any Error>)
    }

    private struct State {
        var line = FairLine<Turn>(places: .max, share: .max)
        /// Whether a transaction is running or about to.
        var isBusy = false
        var whenIdle: [CheckedContinuation<Void, Never>] = []

        /// Takes the next turn from the line; nil, and idle, when nothing waits.
        mutating func next(if accepts: (Turn) -> Bool = { _ in true }) -> Turn? {
            guard let (requester, turn) = line.next(if: accepts) else { return nil }
            line.end(of: requester)
            return turn
        }
    }

    private let state = Mutex(State())
    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "reviewpack.writes")
    private let limit: Int
    private let groupLimit: Int
    private let groupTime: Duration
    private let makeTransaction: @Sendable (Database) -> WriteTransaction
    private let committed: @Sendable (CommitEffects) -> Void

    /// - Parameter committed: called on the writer's thread after each commit, before the callers are answered.
    init(
        pool: DatabasePool, limit: Int, groupLimit: Int, groupTime: Duration = .milliseconds(50),
        makeTransaction: @escaping @Sendable (Database) -> WriteTransaction,
        committed: @escaping @Sendable (CommitEffects) -> Void
    ) {
        self.pool = pool
        self.limit = limit
        self.groupLimit = max(1, groupLimit)
        self.groupTime = groupTime
        self.makeTransaction = makeTransaction
        self.committed = committed
    }

    /// Runs `body` in a shared transaction and returns its value once that is durable.
    func write<Value: Sendable>(
        for requester: Requester, _ body: @escaping @Sendable (WriteTransaction) throws -> Value
    ) async throws -> Value {
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
                    }), of: requester)
        }
        guard let value = result.withLock({ $0 }) else { throw ProductError.internal }
        return value
    }

    /// The same for a thread that may block, such as an import's.
    func writeBlocking(for requester: Requester, _ body: @escaping Work) throws {
        let isDone = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        enqueue(
            Job(work: body) { error in
                failure.withLock { $0 = error }
                isDone.signal()
            }, of: requester)
        isDone.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Runs `body` while no write of this queue does, when it is the requester's turn: a transaction that is too big to
    /// share one.
    ///
    /// Throws `CancellationError` when the task is cancelled while it waits.
    func alone<Value>(for requester: Requester, _ body: () async throws -> Value) async throws -> Value {
        try await waitAlone(for: requester)
        defer { queue.async { self.drain() } }
        return try await body()
    }

    /// Waits until everything that was enqueued before has been answered.
    func flush() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.isBusy { state.whenIdle.append(continuation) }
                return !state.isBusy
            }
            if isIdle { continuation.resume() }
        }
    }

    /// How many writes wait for a transaction.
    var waitingCount: Int { state.withLock { $0.line.waitingCount } }
    var isBusy: Bool { state.withLock { $0.isBusy } }

    private func enqueue(_ job: Job, of requester: Requester) {
        let isAccepted = state.withLock { state in
            guard hasRoom(state.line, requester) else { return false }
            state.line.add(.write(job), of: requester)
            return true
        }
        if isAccepted { return start() }
        job.done(ProductError(.jobLimit, "too many changes are waiting to be stored; try again"))
    }

    private func hasRoom(_ line: FairLine<Turn>, _ requester: Requester) -> Bool {
        let own = line.waitingCount(of: requester)
        if own == 0 { return true }
        if case .user = requester, own >= max(1, limit / 2) { return false }
        return line.waitingCount < limit
    }

    private func waitAlone(for requester: Requester) async throws {
        try await TurnWaiting.wait(
            add: { waiter in state.withLock { $0.line.add(.alone(waiter), of: requester) } }, start: start,
            giveUp: { [self] in withdraw($0) })
    }

    private func withdraw(_ ticket: FairLine<Turn>.Ticket) {
        guard case .alone(let waiter)? = state.withLock({ $0.line.remove(ticket) }) else { return }
        waiter.resume(throwing: CancellationError())
    }

    /// Begins to drain unless somebody does.
    private func start() {
        let begins = state.withLock { state in
            guard !state.isBusy else { return false }
            state.isBusy = true
            return true
        }
        if begins { queue.async { self.drain() } }
    }

    private func drain() {
        assert(isBusy)
        while true {
            switch state.withLock({ $0.next() }) {
            case .write(let job): commitGroup(startingWith: job)
            // Goes on in the end of `alone`.
            case .alone(let waiter): return waiter.resume()
            case nil:
                guard let idle = becomeIdle() else { continue }
                for continuation in idle { continuation.resume() }
                return
            }
        }
    }

    /// Nil when something came meanwhile.
    private func becomeIdle() -> [CheckedContinuation<Void, Never>]? {
        state.withLock { state in
            guard state.line.waitingCount == 0 else { return nil }
            state.isBusy = false
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
    }

    private func commitGroup(startingWith first: Job) {
        var group = [first]
        do {
            let outcomes = try pool.writeWithoutTransaction { database in try self.run(&group, database) }
            for (job, outcome) in zip(group, outcomes) { job.done(outcome) }
        } catch  where group.count > 1 {
            for job in group { commitAlone(job) }
        } catch {
            group[0].done(error)
        }
    }

    private func commitAlone(_ job: Job) {
        var group = [job]
        do {
            let outcomes = try pool.writeWithoutTransaction { database in
                try self.run(&group, database, takingMore: false)
            }
            job.done(outcomes[0])
        } catch {
            job.done(error)
        }
    }

    /// One transaction, which takes in what waits; throws when it as a whole was lost. The result holds each job's own
    /// error or nil.
    private func run(
        _ group: inout [Job], _ database: Database, takingMore: Bool = true
    ) throws -> [(any Error)?] {
        var outcomes: [(any Error)?] = []
        var effects = CommitEffects()
        let end = ContinuousClock.now + groupTime
        try database.inTransaction(.immediate) {
            while true {
                outcomes.append(try perform(group[outcomes.count], database, &effects))
                guard takingMore, group.count < groupLimit, ContinuousClock.now < end, let job = nextWrite() else {
                    return .commit
                }
                group.append(job)
            }
        }
        assert(outcomes.count == group.count)
        committed(effects)
        return outcomes
    }

    private func nextWrite() -> Job? {
        let turn = state.withLock { state in
            state.next { if case .write = $0 { true } else { false } }
        }
        guard case .write(let job)? = turn else { return nil }
        return job
    }

    /// Runs one write in its savepoint; throws when SQLite gave up the whole transaction.
    private func perform(
        _ job: Job, _ database: Database, _ effects: inout CommitEffects
    ) throws -> (any Error)? {
        let transaction = makeTransaction(database)
        do {
            try database.inSavepoint {
                try job.work(transaction)
                return .commit
            }
            effects.add(transaction.effects)
            return nil
        } catch {
            // SQLite itself rolls the whole transaction back on some errors; then nothing of the group stands.
            guard database.isInsideTransaction else { throw error }
            return error
        }
    }
}

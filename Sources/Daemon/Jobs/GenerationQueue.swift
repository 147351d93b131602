import Domain
import Generation
import Logging
import Storage
import Synchronization

/// Runs the generations that were requested: a few at a time, uids in turn, each with a time limit.
///
/// 1. A job begins only for a pack whose queued row is committed, and ends only after its closing transaction.
/// 2. A uid has at most `generationsPerUser` jobs waiting and running: the transaction that would queue one more counts
///    them.
/// 3. After `drain` begins no job starts; those that wait end `interrupted` at once, those that run at the deadline.
final class GenerationQueue: Sendable {
    private struct Job: Sendable {
        let pack: PackRecord
        let uid: UInt32
        let settings: Settings
        let control = RenderControl()
    }

    private struct State {
        /// The jobs by their users' turns.
        var line: FairLine<Job>
        /// The packs that wait.
        var tickets: [PackID: FairLine<Job>.Ticket] = [:]
        var running: [PackID: Job] = [:]
        var isDraining = false

        /// What holds after every change: a pack waits or runs, never both, and nothing waits once the queue drains.
        func check() {
            assert(tickets.count == line.waitingCount && running.count == line.runningCount)
            assert(tickets.keys.allSatisfy { running[$0] == nil })
            assert(!isDraining || tickets.isEmpty)
        }

        mutating func add(_ job: Job) {
            tickets[job.pack.id] = line.add(job, of: .user(job.uid))
            check()
        }

        /// The next job, when there is room for one more: uids take turns.
        mutating func next() -> Job? {
            guard !isDraining, let (_, job) = line.next() else { return nil }
            tickets[job.pack.id] = nil
            running[job.pack.id] = job
            check()
            return job
        }

        mutating func end(_ job: Job) {
            running[job.pack.id] = nil
            line.end(of: .user(job.uid))
            check()
        }

        mutating func remove(waiting pack: PackID) {
            if let ticket = tickets.removeValue(forKey: pack) { line.remove(ticket) }
            check()
        }

        /// Lets no job begin any more, and takes out those that wait.
        mutating func drain() -> [Job] {
            isDraining = true
            tickets = [:]
            defer { check() }
            return line.removeAll()
        }
    }

    private let state: Mutex<State>
    private let idle = Signal()
    private let runner: GenerationRunner
    private let watchers: Broadcast<PackID>

    /// - Parameter limit: how many generations run at a time.
    init(runner: GenerationRunner, watchers: Broadcast<PackID>, limit: Int) {
        state = Mutex(State(line: FairLine(places: limit, share: .max)))
        self.runner = runner
        self.watchers = watchers
    }

    /// Changes how many run at a time: a higher limit starts waiting jobs, a lower one lets running jobs finish.
    func replace(limit: Int) {
        state.withLock { $0.line.places = limit }
        startNext()
    }

    /// Refuses with DRAINING once no job starts any more; ask before a pack is requested.
    func admit() throws(ProductError) {
        guard !state.withLock({ $0.isDraining }) else {
            throw ProductError(.draining, "the service is stopping")
        }
    }

    /// Queues a pack whose row is committed. A pack that is here already (a retried request) stays as it is.
    func submit(_ pack: PackRecord, uid: UInt32, settings: Settings) async {
        let job = Job(pack: pack, uid: uid, settings: settings)
        enum Verdict { case accepted, known, draining }
        let verdict: Verdict = state.withLock { state in
            if state.running[pack.id] != nil || state.tickets[pack.id] != nil { return .known }
            if state.isDraining { return .draining }
            state.add(job)
            return .accepted
        }
        switch verdict {
        case .accepted: startNext()
        case .known: break
        case .draining: await runner.fail(pack.id, .interrupted)
        }
    }

    /// How many generations wait and run.
    var counts: (waiting: Int, running: Int) { state.withLock { ($0.tickets.count, $0.running.count) } }

    /// Takes a waiting pack out and asks a running one to stop; returns when it is not here any more and has left no
    /// bytes.
    ///
    /// Its row is failed or gone already, so what still runs can publish nothing. Returns early when the calling task
    /// is cancelled.
    func stop(_ pack: PackID) async {
        state.withLock { state in
            state.remove(waiting: pack)
            state.running[pack]?.control.cancel(reason: .cancelled)
        }
        for await _ in idle.subscribe() where state.withLock({ $0.running[pack] == nil }) { break }
    }

    /// How far a pack's generation is; nil when it is not here.
    func progress(of pack: PackID) -> (phase: RenderControl.Phase, findings: Int64, total: Int64)? {
        state.withLock { state in
            if let control = state.running[pack]?.control {
                return (control.phase, control.findingsDone, control.findingsTotal)
            }
            return state.tickets[pack] != nil ? (.waiting, 0, 0) : nil
        }
    }

    /// Stops starting jobs, waits for the running ones up to `deadline`, then cancels them as interrupted and waits for
    /// their end.
    func drain(deadline: Duration) async {
        for job in state.withLock({ $0.drain() }) { await runner.fail(job.pack.id, .interrupted) }
        let timer = Task {
            try await Task.sleep(for: deadline)
            for job in state.withLock({ Array($0.running.values) }) { job.control.cancel(reason: .interrupted) }
        }
        for await _ in idle.subscribe() where state.withLock({ $0.running.isEmpty }) { break }
        timer.cancel()
    }

    private func startNext() {
        while let job = state.withLock({ $0.next() }) {
            Task {
                // Whose job ended before this one began does not matter: its turns at the store are its own user's.
                await Requester.$current.withValue(.user(job.uid)) { await self.run(job) }
                self.state.withLock { $0.end(job) }
                self.idle.notify()
                self.startNext()
            }
        }
    }

    private func run(_ job: Job) async {
        let timeout = Task {
            try await Task.sleep(for: .seconds(job.settings.generationTimeoutMinutes * 60))
            job.control.cancel(reason: .timeout)
        }
        let ticker = Task {
            while true {
                try await Task.sleep(for: .milliseconds(250))
                watchers.wake(job.pack.id)
            }
        }
        await runner.run(job.pack.id, settings: job.settings, control: job.control) {
            self.state.withLock { $0.isDraining }
        }
        timeout.cancel()
        ticker.cancel()
        watchers.wake(job.pack.id)
    }
}

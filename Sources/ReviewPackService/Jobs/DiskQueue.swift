import Dispatch
import Synchronization

/// Threads for reading pack files: neither the event loop nor the cooperative pool ever waits for a disk.
///
/// 1. A uid has one thread at most, however many downloads it runs.
/// 2. Uids that wait are served in turn, one piece of work each: who asks for one block waits for at most one of each other's, and a
///    block is at most 1 MiB.
final class DiskQueue: Sendable {
    private typealias Work = @Sendable () -> Void

    private struct State {
        /// What waits, by uid; a uid that has nothing here is left out.
        var waiting: [UInt32: [Work]] = [:]
        /// The uids that wait for their turn, and have no thread now.
        var line: [UInt32] = []
        var running: Set<UInt32> = []

        mutating func add(_ work: @escaping Work, of uid: UInt32) {
            if waiting[uid] == nil, !running.contains(uid) { line.append(uid) }
            waiting[uid, default: []].append(work)
        }

        /// The next work, when a thread is free.
        mutating func next(threads: Int) -> (uid: UInt32, work: Work)? {
            guard running.count < threads, !line.isEmpty else { return nil }
            let uid = line.removeFirst()
            guard let work = waiting[uid]?.removeFirst() else { return nil }
            if waiting[uid]?.isEmpty == true { waiting[uid] = nil }
            running.insert(uid)
            return (uid, work)
        }

        mutating func end(of uid: UInt32) {
            running.remove(uid)
            if waiting[uid] != nil { line.append(uid) }
        }
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "reviewpack.disk", attributes: .concurrent)
    private let threads: Int

    init(threads: Int = 4) { self.threads = max(1, threads) }

    func run<Value: Sendable>(for uid: UInt32, _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0.add({ continuation.resume(with: Result { try work() }) }, of: uid) }
            start()
        }
    }

    /// How much waits and runs.
    var counts: (waiting: Int, running: Int) {
        state.withLock { ($0.waiting.values.reduce(0) { $0 + $1.count }, $0.running.count) }
    }

    private func start() {
        guard let (uid, work) = state.withLock({ $0.next(threads: threads) }) else { return }
        queue.async {
            work()
            self.state.withLock { $0.end(of: uid) }
            self.start()
        }
    }
}

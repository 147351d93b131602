import Dispatch
import Storage
import Synchronization

/// Threads for reading pack files: neither the event loop nor the cooperative pool ever waits for a disk.
///
/// A uid has one thread at most, however many downloads it runs, and uids that wait are served in turn, one piece of
/// work each: who asks for one block waits for at most one of each other's, and a block is at most 1 MiB.
final class DiskQueue: Sendable {
    private typealias Work = @Sendable () -> Void

    private let state: Mutex<FairLine<Work>>
    private let queue = DispatchQueue(label: "reviewpack.disk", attributes: .concurrent)

    init(threads: Int = 4) { state = Mutex(FairLine(places: threads, share: 1)) }

    func run<Value: Sendable>(for uid: UInt32, _ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { line in
                _ = line.add({ continuation.resume(with: Result { try work() }) }, of: .user(uid))
            }
            start()
        }
    }

    /// How much waits and runs.
    var counts: (waiting: Int, running: Int) { state.withLock { ($0.waitingCount, $0.runningCount) } }

    private func start() {
        guard let (requester, work) = state.withLock({ $0.next() }) else { return }
        queue.async {
            work()
            self.state.withLock { $0.end(of: requester) }
            self.start()
        }
    }
}

import Dispatch
import Synchronization
import TestTags
import Testing

@testable import Daemon

@Suite("Reads of pack files", .tags(.limits), .timeLimit(.minutes(1)))
struct DiskQueueTests {
    /// Work that stands still until the test lets it go on, and says in which order it began.
    private final class Log: Sendable {
        private let begun = Mutex<[UInt32]>([])
        private let gate = DispatchSemaphore(value: 0)
        private let arrivals = AsyncStream<Void>.makeStream()

        var order: [UInt32] { begun.withLock { $0 } }

        func work(of uid: UInt32) {
            begun.withLock { $0.append(uid) }
            arrivals.continuation.yield()
            gate.wait()
        }

        func reached() async { for await _ in arrivals.stream { return } }
        func go(_ times: Int = 1) { for _ in 0..<times { gate.signal() } }
    }

    /// Submits work for each uid in that order, and returns when all of it waits or runs.
    private func submit(_ uids: [UInt32], to queue: DiskQueue, _ log: Log) async -> [Task<Void, any Error>] {
        var tasks: [Task<Void, any Error>] = []
        for uid in uids {
            let submitted = queue.counts.waiting + queue.counts.running
            tasks.append(Task { try await queue.run(for: uid) { log.work(of: uid) } })
            while queue.counts.waiting + queue.counts.running == submitted { await Task.yield() }
        }
        return tasks
    }

    @Test("go round among the uids that wait, whoever has how many, and uids whose numbers are alike")
    func turns() async throws {
        let queue = DiskQueue(threads: 1)
        let log = Log()
        let tasks = await submit([4, 4, 4, 4, 8, 8, 0], to: queue, log)
        log.go(tasks.count)
        for task in tasks { try await task.value }
        #expect(log.order == [4, 8, 0, 4, 8, 4, 4])
    }

    @Test("take one thread of a uid, so that many of one leave the others to everybody else")
    func oneThread() async throws {
        let queue = DiskQueue(threads: 2)
        let log = Log()
        var tasks = await submit([1, 1, 1, 1], to: queue, log)
        await log.reached()
        #expect(queue.counts.running == 1)
        tasks += await submit([2], to: queue, log)
        await log.reached()
        #expect(log.order == [1, 2] && queue.counts == (waiting: 3, running: 2))
        log.go(tasks.count)
        for task in tasks { try await task.value }
        #expect(queue.counts == (waiting: 0, running: 0))
    }

    @Test("hand errors on, and go on after them")
    func errors() async throws {
        struct Fault: Error {}
        let queue = DiskQueue(threads: 1)
        await #expect(throws: Fault.self) { try await queue.run(for: 1) { throw Fault() } }
        let value = try await queue.run(for: 1) { 7 }
        #expect(value == 7)
    }
}

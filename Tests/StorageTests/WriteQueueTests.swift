import Domain
import Foundation
import GRDB
import Glibc
import Synchronization
import TestTags
import Testing

@testable import Storage

@Suite("Group commit", .tags(.durability))
struct WriteQueueTests {
    /// The names of what ran, in its order.
    private final class Order: Sendable {
        private let noted = Mutex<[String]>([])
        var names: [String] { noted.withLock { $0 } }
        func note(_ name: String) { noted.withLock { $0.append(name) } }
    }

    @Test("writes that wait together share a commit, and each gets its own answer")
    func groups() async throws {
        let test = try TestStore()
        let outcomes = try await withThrowingTaskGroup(of: Result<Int, ProductError>.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        return .success(
                            try await test.store.write { transaction in
                                try transaction.execute(
                                    "INSERT INTO alert_mark (key, raised_at) VALUES (?, 0)", ["\(number)"])
                                if number % 10 == 3 { throw ProductError.invalid("number", "ends in 3") }
                                return number
                            })
                    } catch let error as ProductError { return .failure(error) }
                }
            }
            return try await group.reduce(into: [Result<Int, ProductError>]()) { $0.append($1) }
        }
        let failures = outcomes.filter { if case .failure = $0 { true } else { false } }
        #expect(failures.count == 20)
        #expect(try await test.count("alert_mark") == 180)
        #expect(try await test.count("alert_mark", where: "key % 10 = 3") == 0)
    }

    @Test("a write too many is refused with JOB_LIMIT, and the others succeed")
    func bound() async throws {
        let test = try TestStore { $0.writeQueueLimit = 4 }
        let gate = DispatchSemaphore(value: 0)
        let first = Task { try await test.store.write { _ in gate.wait() } }
        // The first write occupies the writer; four may wait behind it.
        while test.store.writes.waitingCount > 0 || !test.store.writes.isBusy { await Task.yield() }
        let others = (0..<4).map { number in
            Task {
                try await test.store.write { try $0.execute("INSERT INTO alert_mark VALUES (?, 0)", ["\(number)"]) }
            }
        }
        while test.store.writes.waitingCount < 4 { await Task.yield() }
        #expect(await reason { try await test.store.write { _ in } } == .jobLimit)
        gate.signal()
        try await first.value
        for other in others { try await other.value }
        #expect(try await test.count("alert_mark") == 4)
    }

    /// Writes of one user, each of which notes its name when it runs; the first stands still until `gate`.
    private func write(_ name: String, _ count: Int, by uid: UInt32, to test: TestStore) -> [Task<Void, any Error>] {
        (0..<count).map { number in
            Task {
                try await Requester.$current.withValue(.user(uid)) {
                    try await test.store.write {
                        try $0.execute(
                            "INSERT INTO alert_mark VALUES (?, (SELECT count(*) FROM alert_mark))", ["\(name)\(number)"]
                        )
                    }
                }
            }
        }
    }

    private func occupy(_ test: TestStore, _ gate: DispatchSemaphore) async -> Task<Void, any Error> {
        let task = Task { try await test.store.write { _ in gate.wait() } }
        while test.store.writes.waitingCount > 0 || !test.store.writes.isBusy { await Task.yield() }
        return task
    }

    private func settle(_ test: TestStore, waiting: Int) async {
        while test.store.writes.waitingCount != waiting { await Task.yield() }
    }

    @Test("of one user's many writes another's first waits for one at most")
    func turns() async throws {
        let test = try TestStore { $0.groupCommitLimit = 1 }
        let gate = DispatchSemaphore(value: 0)
        var tasks = [await occupy(test, gate)] + write("a", 20, by: 1, to: test)
        await settle(test, waiting: 20)
        tasks += write("b", 2, by: 2, to: test)
        await settle(test, waiting: 22)
        gate.signal()
        for task in tasks { try await task.value }
        let places = try await test.store.read {
            try Int.fetchAll($0, sql: "SELECT raised_at FROM alert_mark WHERE key LIKE 'b%' ORDER BY raised_at")
        }
        #expect(places == [1, 3])
    }

    @Test("a user has half of the places, and who has none waiting is never refused")
    func share() async throws {
        let test = try TestStore { $0.writeQueueLimit = 4 }
        let gate = DispatchSemaphore(value: 0)
        var tasks = [await occupy(test, gate)]
        for uid in [UInt32(1), 2] {
            tasks += write("u\(uid)-", 2, by: uid, to: test)
            await settle(test, waiting: 2 * Int(uid))
            let more = write("more\(uid)", 1, by: uid, to: test)[0]
            #expect(await reason { try await more.value } == .jobLimit)
        }
        tasks += write("c", 1, by: 3, to: test)
        await settle(test, waiting: 5)
        gate.signal()
        for task in tasks { try await task.value }
        #expect(try await test.count("alert_mark") == 5)
    }

    @Test("a group takes no further write once its time is over")
    func groupTime() async throws {
        let test = try TestStore()
        let commits = Mutex(0)
        let queue = WriteQueue(
            pool: test.store.pool, limit: 99, groupLimit: 99, groupTime: .milliseconds(20),
            makeTransaction: {
                WriteTransaction(database: $0, now: test.clock.now, limits: WriteLimits(StoreConfiguration()))
            }, committed: { _ in commits.withLock { $0 += 1 } })
        let gate = DispatchSemaphore(value: 0)
        let first = Task { try await queue.write(for: .service) { _ in gate.wait() } }
        while queue.waitingCount > 0 || !queue.isBusy { await Task.yield() }
        let others = (0..<6).map { _ in Task { try await queue.write(for: .service) { _ in _ = usleep(15_000) } } }
        while queue.waitingCount < 6 { await Task.yield() }
        gate.signal()
        try await first.value
        for other in others { try await other.value }
        // Of writes that take 15 ms each, no more than two go together with what came before.
        #expect(commits.withLock { $0 } >= 3)
    }

    @Test("a transaction of its own takes its user's turn, and one that is cancelled while it waits is forgotten")
    func alone() async throws {
        let test = try TestStore { $0.groupCommitLimit = 1 }
        let gate = DispatchSemaphore(value: 0)
        let order = Order()
        @Sendable func alone(_ name: String, by uid: UInt32) -> Task<Void, any Error> {
            Task {
                try await Requester.$current.withValue(.user(uid)) {
                    try await test.store.inTurn { order.note(name) }
                }
            }
        }
        var tasks = [await occupy(test, gate)]
        for (place, name) in ["a1", "a2", "a3"].enumerated() {
            tasks.append(alone(name, by: 1))
            await settle(test, waiting: place + 1)
        }
        let cancelled = alone("never", by: 1)
        await settle(test, waiting: 4)
        cancelled.cancel()
        #expect(await reason { try await cancelled.value } == .cancelled)
        tasks.append(
            Task {
                try await Requester.$current.withValue(.user(2)) {
                    try await test.store.write { _ in order.note("b") }
                }
            })
        await settle(test, waiting: 4)
        gate.signal()
        for task in tasks { try await task.value }
        #expect(order.names == ["a1", "b", "a2", "a3"])
        await test.store.writes.flush()
        #expect(!test.store.writes.isBusy)
    }

    @Test("readers see a change only after its commit, and never wait for a writer")
    func readers() async throws {
        let test = try TestStore()
        let gate = DispatchSemaphore(value: 0)
        let writing = Task {
            try await test.store.write {
                try $0.execute("INSERT INTO alert_mark VALUES ('x', 0)")
                gate.wait()
            }
        }
        while !test.store.writes.isBusy { await Task.yield() }
        #expect(try await test.count("alert_mark") == 0)
        gate.signal()
        try await writing.value
        #expect(try await test.count("alert_mark") == 1)
    }

    @Test("a disk that is full for one write says STORAGE_FULL and stays usable")
    func fullDisk() async throws {
        let test = try TestStore()
        let pages = try await test.store.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        try await test.store.pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA max_page_count = \(pages + 4)")
        }
        #expect(
            await reason {
                try await test.store.write {
                    try $0.execute("INSERT INTO alert_mark VALUES (?, 0)", [String(repeating: "x", count: 4 << 20)])
                }
            } == .storageFull)
        try await test.store.write { try $0.execute("INSERT INTO alert_mark VALUES ('small', 0)") }
        #expect(try await test.count("alert_mark") == 1)
    }
}

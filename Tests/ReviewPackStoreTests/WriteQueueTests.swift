import Foundation
import GRDB
import ReviewPackModel
import Testing

@testable import ReviewPackStore

@Suite("Group commit")
struct WriteQueueTests {
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

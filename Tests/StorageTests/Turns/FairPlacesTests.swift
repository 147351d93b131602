import Dispatch
import Domain
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Readers", .tags(.limits), .timeLimit(.minutes(1)))
struct FairPlacesTests {
    /// Reads of one user, each of which stands still on its connection until `go`.
    private func flood(
        _ store: Store, _ count: Int, by uid: UInt32, _ gate: DispatchSemaphore
    ) -> [Task<Void, any Error>] {
        (0..<count).map { _ in
            Task { try await Requester.$current.withValue(.user(uid)) { try await store.read { _ in gate.wait() } } }
        }
    }

    private func settle(_ store: Store, waiting: Int, running: Int) async {
        while store.readers.counts != (waiting: waiting, running: running) { await Task.yield() }
    }

    private func read(_ store: Store, as requester: Requester) async throws -> Int? {
        try await Requester.$current.withValue(requester) {
            try await store.read { try Int.fetchOne($0, sql: "SELECT 1") }
        }
    }

    @Test("are held by one user to a half: another's read and the question whether the database answers do not wait")
    func share() async throws {
        let test = try TestStore { $0.readers = 4 }
        let gate = DispatchSemaphore(value: 0)
        let reads = flood(test.store, 20, by: 7, gate)
        await settle(test.store, waiting: 18, running: 2)
        #expect(try await read(test.store, as: .user(8)) == 1)
        #expect(try await read(test.store, as: .service) == 1)
        try await test.store.answers()
        for _ in reads { gate.signal() }
        for task in reads { try await task.value }
        #expect(test.store.readers.counts == (waiting: 0, running: 0))
    }

    @Test("that are all taken leave the question whether the database answers a connection of its own")
    func pulse() async throws {
        let test = try TestStore { $0.readers = 2 }
        let gate = DispatchSemaphore(value: 0)
        let reads = flood(test.store, 3, by: 7, gate) + flood(test.store, 3, by: 8, gate)
        await settle(test.store, waiting: 4, running: 2)
        try await test.store.answers()
        for _ in reads { gate.signal() }
        for task in reads { try await task.value }
    }

    @Test("forget a read that is cancelled while it waits, and go on")
    func cancelled() async throws {
        let test = try TestStore { $0.readers = 2 }
        let gate = DispatchSemaphore(value: 0)
        let running = flood(test.store, 1, by: 7, gate)
        await settle(test.store, waiting: 0, running: 1)
        let waiting = flood(test.store, 1, by: 7, gate)
        await settle(test.store, waiting: 1, running: 1)
        waiting[0].cancel()
        #expect(await reason { try await waiting[0].value } == .cancelled)
        #expect(test.store.readers.counts == (waiting: 0, running: 1))
        gate.signal()
        try await running[0].value
        #expect(try await read(test.store, as: .user(7)) == 1)
    }
}

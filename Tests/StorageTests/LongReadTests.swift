import Domain
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("A read that takes long", .tags(.limits), .timeLimit(.minutes(1)))
struct LongReadTests {
    /// More than there are readers, each stopped in the middle until the test lets it go on.
    @Test("takes no place among the readers, for which short calls wait")
    func readers() async throws {
        let test = try TestStore { $0.readers = 1 }
        let tenant = try await test.tenant()
        let pause = Pause()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await test.store.withEvidence(of: tenant.id) { evidence in
                        _ = try evidence.fingerprint(options: PackOptions())
                        pause.stop()
                    }
                }
            }
            for _ in 0..<3 { await pause.reached() }
            #expect(try await test.store.tenant(tenant.id) == tenant)
            for _ in 0..<3 { pause.go() }
            try await group.waitForAll()
        }
    }

    @Test("sees one state from its first look on, whatever is committed meanwhile")
    func snapshot() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(2), into: tenant)
        let pause = Pause()
        async let seen = test.store.withEvidence(of: tenant.id) { evidence in
            let before = try Evidence(evidence)
            pause.stop()
            return (before, try Evidence(evidence))
        }
        await pause.reached()
        _ = try await test.importFindings(Native.lines(5), into: tenant)
        pause.go()
        let (before, after) = try await seen
        #expect(before == after && before.findings.count == 2)
        #expect(try await test.evidence(tenant).findings.count == 5)
    }

    @Test("of one snapshot after the other sees in each what was committed before, and holds none in between")
    func snapshots() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(2), into: tenant)
        let pause = Pause()
        async let seen = test.store.withSnapshots(of: tenant.id) { snapshots in
            let before = try snapshots.read { try $0.findingsCount() }
            pause.stop()
            return (before, try snapshots.read { try $0.findingsCount() })
        }
        await pause.reached()
        _ = try await test.importFindings(Native.lines(5), into: tenant)
        // A snapshot that somebody still held would keep the log from being written back whole.
        let pages = try await test.store.pool.writeWithoutTransaction { database in
            let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            return (row?["log"] as Int?, row?["checkpointed"] as Int?)
        }
        #expect(pages.0 == pages.1)
        pause.go()
        #expect(try await seen == (2, 5))
    }
}

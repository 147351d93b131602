import Domain
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Figures", .tags(.upkeep))
struct FiguresTests {
    @Test("count what is stored, by status as callers see it, and by tenant with most bytes first")
    func counts() async throws {
        let test = try TestStore()
        let small = try await test.tenant("Small", number: 1)
        let large = try await test.tenant("Large", number: 2)
        _ = try await test.importFindings(Native.lines(4), into: small)
        _ = try await test.importReport("{\"a\":1}", into: small)
        _ = try await test.pack(.failed, of: small)
        let due = try await test.pack(.ready, of: large, days: 1)
        _ = try await test.pack(.ready, of: large)
        test.clock.advance(days: 1)
        _ = try await test.store.planPrune(PruneOptions())

        let figures = try await test.store.figures()
        #expect(figures.at == test.clock.now && figures.workspaces == 1 && figures.tenantCount == 2)
        #expect(figures.packsByStatus == [.queued: 0, .generating: 0, .ready: 1, .expired: 1, .failed: 1])
        #expect(figures.packBytes == 14 && figures.lastPruneAt == nil)
        #expect(figures.auditEvents == Int64(try await test.count("audit_event")))
        #expect(figures.unreadNotifications == Int64(try await test.count("notification", where: "read_at IS NULL")))
        let file = try test.store.state.size(of: StateDirectory.databaseName)
        #expect(figures.databaseBytes == file + figures.writeAheadLogBytes)
        #expect(file > 0 && figures.writeAheadLogBytes > 0 && figures.diskFreeBytes > 0)
        #expect(figures.tenants.map(\.name) == ["Large", "Small"])
        #expect(figures.tenants[0].packs == 2 && figures.tenants[0].packBytes == 14)
        #expect(figures.tenants[1].findings == 4 && figures.tenants[1].reportBytes == 7)
        #expect(figures.tenants[1].packs == 1 && figures.tenants[1].packBytes == 0)

        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        let after = try await test.store.figures(tenantLimit: 1)
        #expect(after.lastPruneAt == test.clock.now && after.packBytes == 7)
        #expect(after.tenants.count == 1 && after.tenantCount == 2)
        #expect(try await test.store.pack(due.id)?.storedStatus == .expired)
    }

    @Test("findings are counted from their index alone")
    func plan() async throws {
        let test = try TestStore()
        let plan = try await test.store.read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN SELECT tenant, count(*) FROM finding GROUP BY tenant"
            ).map { $0["detail"] as String }.joined()
        }
        #expect(plan.contains("COVERING INDEX finding_identity"))
    }
}

import Domain
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("The stored numbers of findings", .tags(.evidence))
struct StoredCountTests {
    /// What is stored, and what is there when somebody counts.
    private func numbers(_ test: TestStore) async throws -> (stored: [String], counted: [String]) {
        try await test.store.read { database in
            func texts(_ sql: String) throws -> [String] { try String.fetchAll(database, sql: sql) }
            let row = "tenant || ' ' || status || ' ' || severity || ': '"
            return (
                try texts("SELECT \(row) || findings FROM finding_count WHERE findings <> 0 ORDER BY 1"),
                try texts("SELECT \(row) || count(*) FROM finding GROUP BY tenant, status, severity ORDER BY 1")
            )
        }
    }

    private func expectEqual(_ test: TestStore, _ count: Int) async throws {
        let (stored, counted) = try await numbers(test)
        #expect(stored == counted && stored.count == count)
    }

    private func line(_ number: Int, severity: String, status: String, day: Int) -> String {
        Native.line(number, status: status, seen: "2026-02-0\(day)T00:00:00Z")
            .replacing(#""severity":"high""#, with: #""severity":"\#(severity)""#)
    }

    @Test("follow every import, whatever it changes")
    func imports() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let other = try await test.tenant("Other", number: 2)
        _ = try await test.importFindings(Native.lines(5), into: other)
        let rounds = [
            (0..<6).map { line($0, severity: "high", status: "open", day: 1) },
            // Others in number, severity and status; two as they were.
            [line(0, severity: "low", status: "open", day: 2), line(1, severity: "high", status: "resolved", day: 2)]
                + (4..<9).map { line($0, severity: "critical", status: "acknowledged", day: 2) },
            [line(1, severity: "medium", status: "open", day: 3)],
        ]
        for (lines, count) in zip(rounds, [2, 5, 5]) {
            _ = try await test.importFindings(Array(lines.joined().utf8), into: tenant)
            try await expectEqual(test, count)
        }
        let overview = try #require(try await test.store.tenantOverview(tenant.id))
        #expect(overview.acknowledged[Int(Severity.critical.rawValue)] == 5)
        #expect((overview.open + overview.acknowledged + overview.resolved).reduce(0, +) == 9)
        #expect(try await test.store.figures().tenants.map(\.findings).sorted() == [5, 9])
    }

    @Test("follow scans that resolve what they do not find any more, an import that fails, a prune and a deletion")
    func others() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.tenant("Other", number: 2)
        let first = OCSF.run(
            "1", at: "2026-01-01T00:00:00Z", [("a", "x", "FAIL"), ("a", "y", "FAIL"), ("b", "x", "FAIL")])
        _ = try await test.importFindings(first, into: tenant)
        try await expectEqual(test, 1)
        let second = OCSF.run("2", at: "2026-01-02T00:00:00Z", [("a", "x", "FAIL"), ("b", "x", "PASS")])
        _ = try await test.importFindings(second, into: tenant)
        try await expectEqual(test, 2)
        test.faults.arm(.importBeforeCommit)
        #expect(await reason { _ = try await test.importFindings(Native.lines(4), into: tenant) } != nil)
        try await expectEqual(test, 2)
        test.clock.advance(days: 500)
        _ = try await test.store.prune(PruneOptions(historyDays: 400), stamp: TestStore.owner)
        try await expectEqual(test, 1)
        try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        try await expectEqual(test, 0)
        #expect(try await test.count("finding_count") == 0)
    }

    @Test("of a database of the first version are those of its findings, a damaged row left out")
    func migration() throws {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database, upTo: "0001-initial")
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO workspace (id, name, created_at) VALUES (zeroblob(16), 'w', 0);
                    INSERT INTO tenant (id, workspace, external_id, name, folded_name, created_at, updated_at,
                        findings_revision) VALUES (zeroblob(16), 1, zeroblob(16), 't', 't', 0, 0, zeroblob(32));
                    """)
            // Of a tenant that is not there: what an older fault may have left.
            for (number, (tenant, status, severity)) in [(1, 1, 3), (1, 1, 3), (1, 2, 3), (1, 3, 0), (9, 1, 1)]
                .enumerated()
            {
                try database.execute(
                    sql: "INSERT INTO finding VALUES (?, ?, ?, x'', 0, ?, 0, ?, 0, 1, 0, 0, NULL, 0, 0, NULL)",
                    arguments: [number, tenant, Data([UInt8(number)]), severity, status])
            }
        }
        try Schema.migrator.migrate(database)
        let rows = try database.read { database in
            try Row.fetchAll(database, sql: "SELECT tenant, status, severity, findings FROM finding_count")
                .map { $0.databaseValues.map { "\($0)" }.joined(separator: " ") }
        }
        #expect(rows == ["1 1 3 2", "1 2 3 1", "1 3 0 1"])
    }
}

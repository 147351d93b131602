import Domain
import Foundation
import GRDB
import Logging
import TestTags
import Testing

@testable import Storage

@Suite("Opening the database", .tags(.durability))
struct OpeningTests {
    private func refusal(_ path: String) -> StateError.Reason? {
        do {
            let state = try StateDirectory.open(path: path)
            _ = try Store.open(
                state: state, configuration: StoreConfiguration(), clock: { TestClock.start },
                logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
            return nil
        } catch { return (error as? StateError)?.reason }
    }

    private func scratch() throws -> String {
        let path = NSTemporaryDirectory() + "rp-open-\(UUID().uuidString.prefix(8))"
        _ = try StateDirectory.open(path: path)
        return path
    }

    @Test("the writer syncs every commit, keeps a write-ahead log, overwrites what is deleted and checks references")
    func pragmas() async throws {
        let test = try TestStore()
        let values = try await test.store.pool.writeWithoutTransaction { database in
            try [
                "synchronous", "foreign_keys", "trusted_schema", "page_size", "application_id", "journal_size_limit",
                "secure_delete",
            ].map { try Int.fetchOne(database, sql: "PRAGMA \($0)") ?? -1 }
        }
        #expect(values == [2, 1, 0, 16_384, Int(Schema.applicationID), 67_108_864, 1])
        let mode = try await test.store.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
    }

    @Test("a schema of a newer version is refused")
    func newerSchema() async throws {
        let test = try TestStore()
        try await test.store.pool.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999-of-the-future')")
        }
        try await test.store.close()
        test.giveUpLock()
        #expect(refusal(test.path) == .newerSchema)
    }

    @Test("a file that is no database is refused and left as it is")
    func damaged() throws {
        let path = try scratch()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = Data("this is my diary, not a database at all".utf8)
        try text.write(to: URL(filePath: path + "/reviewpack.db"))
        #expect(refusal(path) == .damaged)
        #expect(try Data(contentsOf: URL(filePath: path + "/reviewpack.db")) == text)
    }

    @Test(
        "a schema that lost something is refused as damaged before anybody is served",
        arguments: [
            "ALTER TABLE tenant DROP COLUMN folded_name", "ALTER TABLE review_pack DROP COLUMN summary",
            "DROP TABLE alert_mark", "ALTER TABLE finding RENAME COLUMN result TO outcome",
            // Everything is there, but the first start would make it again.
            "DELETE FROM grdb_migrations", "DROP TABLE role_binding",
        ])
    func lostSchema(statement: String) async throws {
        let test = try TestStore()
        _ = try await test.tenant()
        try await test.sql(statement)
        try await test.store.close()
        test.giveUpLock()
        #expect(refusal(test.path) == .damaged)
    }

    @Test("another program's database is refused")
    func notOurs() throws {
        let path = try scratch()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let queue = try DatabaseQueue(path: path + "/reviewpack.db")
        try queue.write { try $0.execute(sql: "CREATE TABLE diary (day)") }
        try queue.close()
        #expect(refusal(path) == .notOurs)
    }

    @Test("a first start that ended before its first migration is gone on with")
    func interruptedFirstStart() async throws {
        let path = try scratch()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let queue = try DatabaseQueue(path: path + "/reviewpack.db")
        try DatabaseMigrator().migrate(queue)
        try queue.close()
        let state = try StateDirectory.open(path: path)
        let store = try Store.open(
            state: state, configuration: StoreConfiguration(), clock: { TestClock.start },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await store.close()
    }

    @Test("the pack table has exactly its five indexes")
    func indexes() async throws {
        let test = try TestStore()
        let indexes = try await test.store.read { database in
            try String.fetchSet(
                database,
                sql: """
                    SELECT name FROM sqlite_schema
                    WHERE type = 'index' AND tbl_name = 'review_pack' AND sql IS NOT NULL
                    """
            )
        }
        #expect(
            indexes == [
                "review_pack_tenant_status", "review_pack_tenant_generated_at", "review_pack_status_expires_at",
                "review_pack_live_fingerprint", "review_pack_active",
            ])
    }

    @Test("what was acknowledged is there after a restart")
    func reopening() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let again = try await test.reopened()
        #expect(try await again.store.tenant(tenant.id) == tenant)
        #expect(again.store.access.workspace(of: tenant.id) == tenant.workspaceID)
    }

    @Test("a closed store answers DRAINING")
    func closed() async throws {
        let test = try TestStore()
        try await test.store.close()
        #expect(await reason { _ = try await test.workspace() } == .draining)
    }
}

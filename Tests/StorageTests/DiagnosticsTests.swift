import Domain
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Diagnostics", .tags(.upkeep))
struct DiagnosticsTests {
    @Test("a new state is as it should be, and says so by what it finds")
    func healthy() async throws {
        let test = try TestStore { $0.reserveBytes = 4096 }
        let found = try await test.store.diagnostics()
        #expect(found.schemaVersion == found.schemaExpected && !found.schemaVersion.isEmpty)
        #expect(found.settings.count >= 6 && found.settings.allSatisfy { $0.value == $0.expected })
        #expect(found.sqliteVersion.hasPrefix("3.") && found.databaseBytes > 0)
        #expect(found.reserveBytes == 4096 && found.reserveExpectedBytes == 4096)
        #expect(found.stateUID == geteuid() && found.daemonUID == geteuid() && found.stateMode == 0o700)
        #expect(found.disk.freeBytes > 0 && found.disk.freeBytes <= found.disk.bytes)
        #expect(
            found.auditHeadMatches && found.auditEvents == 0 && found.auditHeadAt == nil && found.lastPruneAt == nil)
    }

    @Test("the settings are those of the connection that writes, at that moment")
    func settings() async throws {
        let test = try TestStore()
        try await test.store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        let wrong = try await test.store.diagnostics().settings.filter { $0.value != $0.expected }
        #expect(wrong == [DatabaseSetting(name: "synchronous", value: "1", expected: "2")])
    }

    @Test("a directory that was opened to others, and a reserve that is gone, are seen")
    func files() async throws {
        let test = try TestStore { $0.reserveBytes = 4096 }
        #expect(chmod(test.path, 0o755) == 0)
        #expect(unlink(test.path + "/reserve") == 0)
        let found = try await test.store.diagnostics()
        #expect(found.stateMode == 0o755 && found.reserveBytes == 0)
    }

    @Test("the newest event, and only that, is compared with the head")
    func audit() async throws {
        let test = try TestStore()
        _ = try await test.tenant()
        let sound = try await test.store.diagnostics()
        #expect(sound.auditHeadMatches && sound.auditEvents > 0 && sound.auditHeadAt != nil)
        let newest = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 1)).items.first
        #expect(newest?.hash == sound.auditHeadHash)
    }

    @Test(
        "a head that somebody wrote or removed does not match, and ends nothing",
        arguments: [
            "UPDATE audit_head SET hash = x'00'", "UPDATE audit_head SET hash = zeroblob(32)",
            "UPDATE audit_head SET seq = seq + 1", "DELETE FROM audit_head",
        ])
    func damagedHead(statement: String) async throws {
        let test = try TestStore()
        _ = try await test.tenant()
        try await test.sql(statement)
        #expect(try await test.store.diagnostics().auditHeadMatches == false)
    }

    @Test("a schema of a later version is named as it is")
    func laterSchema() async throws {
        let test = try TestStore()
        try await test.sql("INSERT INTO grdb_migrations VALUES ('9999-later')")
        let found = try await test.store.diagnostics()
        #expect(found.schemaVersion == "9999-later" && found.schemaExpected != "9999-later")
    }
}

import Domain
import Evidence
import GRDB
import Glibc
import SystemIO
import TestTags
import Testing

@testable import Storage

@Suite("What storage says", .tags(.durability))
struct StoreFailureTests {
    static let codes: [(ResultCode, Reason)] = [
        (.SQLITE_FULL, .storageFull), (.SQLITE_IOERR, .ioError), (.SQLITE_IOERR_READ, .ioError),
        (.SQLITE_IOERR_WRITE, .ioError), (.SQLITE_IOERR_FSYNC, .ioError), (.SQLITE_IOERR_SHORT_READ, .ioError),
        (.SQLITE_CANTOPEN, .ioError), (.SQLITE_READONLY, .ioError), (.SQLITE_CORRUPT, .databaseDamaged),
        (.SQLITE_CORRUPT_INDEX, .databaseDamaged), (.SQLITE_NOTADB, .databaseDamaged),
        (.SQLITE_INTERRUPT, .cancelled), (.SQLITE_CONSTRAINT, .internalError),
    ]

    @Test("has one meaning for a caller", arguments: codes)
    func calls(code: ResultCode, reason: Reason) {
        #expect(StoreFailure.productError(for: DatabaseError(resultCode: code)).reason == reason)
    }

    @Test(
        "of system calls is no room or a failed disk",
        arguments: [(ENOSPC, .storageFull), (EIO, .ioError)] as [(Int32, Reason)])
    func systemCalls(code: Int32, reason: Reason) {
        #expect(StoreFailure.productError(for: SystemError(code, "write")).reason == reason)
    }

    @Test(
        "that a table, a column or a sum is not what it was is damage",
        arguments: [
            "SELECT x FROM absent", "SELECT absent", "SELECT sum(column1) FROM (VALUES (9223372036854775807), (1))",
        ])
    func statements(sql: String) throws {
        let error = #expect(throws: DatabaseError.self) {
            try DatabaseQueue().read { try Row.fetchAll($0, sql: sql) }
        }
        #expect(StoreFailure.productError(for: try #require(error)).reason == .databaseDamaged)
    }

    @Test(
        "while a generation reads its evidence is told to whoever renders it",
        arguments: [
            (.SQLITE_FULL, .storageFull), (.SQLITE_IOERR, .ioError), (.SQLITE_CORRUPT, .ioError),
            (.SQLITE_CONSTRAINT, .internalError),
        ] as [(ResultCode, FailureReason)])
    func evidence(code: ResultCode, reason: FailureReason) {
        let seen = StoreFailure.evidenceError(for: DatabaseError(resultCode: code)) as? EvidenceFailure
        #expect(seen?.reason == reason && seen?.detail.contains("SQLite error") == true)
        #expect(StoreFailure.evidenceError(for: CancellationError()) is CancellationError)
    }

    @Test("in a damaged page ends the call with what it is, and the service goes on")
    func damagedPage() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(300), into: tenant)
        let page = try await test.store.read {
            try Int64.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'finding_detail'")
        }
        try await test.store.close()
        test.giveUpLock()
        let file = open(test.path + "/reviewpack.db", O_WRONLY)
        let garbage = [UInt8](repeating: 0xEE, count: Schema.pageSize)
        let offset = off_t(try #require(page) - 1) * off_t(Schema.pageSize)
        #expect(pwrite(file, garbage, garbage.count, offset) == garbage.count && close(file) == 0)

        let damaged = try test.opened()
        let evidence = await #expect(throws: EvidenceFailure.self) {
            try await damaged.withEvidence(of: tenant.id) { try $0.forEachFinding { _ in } }
        }
        #expect(evidence?.reason == .ioError)
        let result = try await damaged.check(CheckOptions(), stamp: TestStore.owner)
        #expect(result.problems.contains { $0.kind == .databaseDamaged })
        #expect(try await damaged.tenant(tenant.id) == tenant)
    }
}

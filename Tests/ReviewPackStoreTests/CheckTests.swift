import Foundation
import GRDB
import Glibc
import ReviewPackModel
import Synchronization
import Testing

@testable import ReviewPackStore

/// A damage that a test does to a state with one ready pack, and what a check says of it.
struct Damage: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: CheckProblem.Kind
    /// Whether only reading every block shows it.
    var needsData = false
    /// Whether `--repair` mends it.
    var isMended = false
    /// What the problem names; nil = the pack's id.
    var subject: String?
    var inflict: @Sendable (TestStore, PackRecord) async throws -> Void

    init(
        _ name: String, _ kind: CheckProblem.Kind, needsData: Bool = false, isMended: Bool = false,
        subject: String? = nil, _ inflict: @escaping @Sendable (TestStore, PackRecord) async throws -> Void
    ) {
        testDescription = name
        self.kind = kind
        self.needsData = needsData
        self.isMended = isMended
        self.subject = subject
        self.inflict = inflict
    }

    /// What happens to bytes and names on disk.
    static let files: [Damage] = [
        Damage("the file is gone", .fileMissing) { #expect(unlink($0.path(of: $1)) == 0) },
        Damage("the file is cut", .fileSize) { #expect(truncate($0.path(of: $1), 3) == 0) },
        Damage("the file is longer", .fileSize) { try $0.append("more", to: $1) },
        Damage("a byte is another", .fileDigest, needsData: true) { try $0.overwrite($1, with: "XK pack") },
        Damage("a link stands in its place", .fileKind) { test, pack in
            let path = test.path(of: pack)
            #expect(rename(path, path + ".away") == 0)
            #expect(symlink(path + ".away", path) == 0)
        },
        Damage("a FIFO stands in its place", .fileKind) { test, pack in
            #expect(unlink(test.path(of: pack)) == 0)
            #expect(mkfifo(test.path(of: pack), 0o600) == 0)
        },
        Damage("a folder stands in its place", .fileKind) { test, pack in
            #expect(unlink(test.path(of: pack)) == 0)
            #expect(mkdir(test.path(of: pack), 0o700) == 0)
        },
        Damage("others may read the file", .fileMode, isMended: true) { #expect(chmod($0.path(of: $1), 0o644) == 0) },
        Damage("others may look into the folder", .fileMode, isMended: true, subject: "exports") { test, _ in
            #expect(chmod(test.path + "/exports", 0o755) == 0)
        },
        Damage("a file belongs to nothing", .orphanFile, isMended: true, subject: "notes.txt") { test, _ in
            try test.put("notes.txt")
        },
        Damage(
            "a pack's file has no row", .orphanFile, isMended: true,
            subject: "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee.zip"
        ) { test, _ in try test.put("0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee.zip") },
        Damage(
            "an unfinished file has no row", .leftoverFile, isMended: true,
            subject: ".0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee.tmp"
        ) { test, _ in try test.put(".0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee.tmp") },
        Damage("a folder belongs to nothing", .orphanFile, subject: "folder") { test, _ in
            #expect(mkdir(test.path + "/exports/folder", 0o700) == 0)
        },
    ]

    /// What another program does to the rows.
    static let rows: [Damage] = [
        Damage("the blocks' digests are gone", .digestsMissing) { test, _ in
            try await test.sql("DELETE FROM pack_blocks")
        },
        Damage("the blocks' digests are not complete", .digestsMissing) { test, _ in
            try await test.sql("UPDATE pack_blocks SET digests = x''")
        },
        Damage("a block's digest is another", .fileDigest, needsData: true) { test, _ in
            try await test.sql("UPDATE pack_blocks SET digests = zeroblob(32)")
        },
        Damage("the pack's own digest is another", .fileDigest, needsData: true) { test, _ in
            try await test.sql("UPDATE review_pack SET sha256 = zeroblob(32)")
        },
        Damage("an index is missing", .indexMissing, isMended: true, subject: "review_pack_tenant_status") { test, _ in
            try await test.sql("DROP INDEX review_pack_tenant_status")
        },
        Damage("an index is another one", .indexMissing, isMended: true, subject: "finding_identity") { test, _ in
            try await test.sql("DROP INDEX finding_identity; CREATE INDEX finding_identity ON finding (tenant)")
        },
        Damage("a guard of the audit log is missing", .indexMissing, isMended: true, subject: "audit_event_keeps") {
            test, _ in try await test.sql("DROP TRIGGER audit_event_keeps")
        },
        Damage("a trigger is not ours", .databaseDamaged, subject: "theirs") { test, _ in
            try await test.sql("CREATE TRIGGER theirs AFTER INSERT ON report BEGIN DELETE FROM finding; END")
        },
        Damage("a table is gone", .databaseDamaged, subject: "alert_mark") { test, _ in
            try await test.sql("DROP TABLE alert_mark")
        },
        Damage("a row refers to nothing", .databaseDamaged, subject: "pack_blocks") { test, _ in
            try test.store.pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA foreign_keys = OFF")
                try database.execute(sql: "UPDATE pack_blocks SET pack = zeroblob(16)")
            }
        },
        Damage("a finding was changed", .revisionWrong, subject: "\(TestStore.externalID(1))") { test, _ in
            try await test.sql("UPDATE finding SET status = 2 WHERE rowid = (SELECT min(rowid) FROM finding)")
        },
        Damage("a finding was removed", .revisionWrong, subject: "\(TestStore.externalID(1))") { test, _ in
            try await test.sql("DELETE FROM finding WHERE rowid = (SELECT min(rowid) FROM finding)")
        },
        Damage("an audit event was changed", .auditBroken, subject: "2") { test, _ in
            try await test.unguarded("UPDATE audit_event SET method = 'x' WHERE seq = 2")
        },
        Damage("an audit event's hash is none", .auditBroken, subject: "2") { test, _ in
            try await test.unguarded("UPDATE audit_event SET hash = x'00', tenant = x'01', outcome = 77 WHERE seq = 2")
        },
        Damage("an audit event was removed", .auditBroken, subject: "2") { test, _ in
            try await test.unguarded("DELETE FROM audit_event WHERE seq = 2")
        },
        Damage("the audit log's head is none", .auditBroken) { test, _ in
            try await test.sql("UPDATE audit_head SET hash = x'00'")
        },
        Damage("the audit log has lost its head", .auditBroken) { test, _ in
            try await test.sql("DELETE FROM audit_head")
        },
    ]
}

@Suite("Check")
struct CheckTests {
    /// A store that does not wait before it looks again, with one ready pack and findings.
    private func furnished() async throws -> (TestStore, PackRecord) {
        let test = try TestStore { $0.checkPatience = .zero }
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(5), into: tenant)
        return (test, try await test.pack(.ready, of: tenant))
    }

    @Test("a state with packs of every status is sound, and says what it looked at")
    func sound() async throws {
        let test = try TestStore { $0.checkPatience = .zero }
        for (number, status) in PackStatus.allCases.enumerated() {
            let tenant = try await test.tenant("T\(number)", number: UInt64(number + 1))
            _ = try await test.importFindings(Native.lines(3), into: tenant)
            let pack = try await test.pack(status, of: tenant)
            // A generation that runs has an unfinished file, and a finished one just before its last transaction.
            if status == .generating { try test.put(".\(pack.id).tmp") }
            if status == .queued { try test.put("\(pack.id).zip") }
        }
        let result = try await test.check(CheckOptions(readsData: true))
        #expect(result.isSound && result.problems == [])
        #expect(result.packs == 1 && result.files == 3 && result.bytesRead == 7)
        #expect(result.auditEvents == Int64(try await test.count("audit_event")) - 1)
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 1)).items
        #expect(events.map(\.action) == ["system.check"])
        #expect(
            events.first?.details == #"{"problems":"0","read_data":"true","repair":"false","repaired":"0"}"#)
    }

    @Test(
        "each damage is found and named, and mended only where that loses nothing",
        arguments: Damage.files + Damage.rows)
    func found(_ damage: Damage) async throws {
        let (test, pack) = try await furnished()
        try await damage.inflict(test, pack)
        if damage.needsData { #expect(try await test.check(CheckOptions()).isSound) }
        let result = try await test.check(CheckOptions(readsData: true))
        let problem = try #require(result.problems.first { $0.kind == damage.kind }, "\(result.problems)")
        #expect(!result.isSound && !problem.isRepaired && problem.message.contains("; "))
        if damage.kind != .auditBroken || damage.subject != nil {
            #expect(problem.subject == damage.subject ?? pack.id.description)
        }

        let repaired = try await test.check(CheckOptions(readsData: true, repairs: true))
        #expect(repaired.problems.first { $0.kind == damage.kind }?.isRepaired == damage.isMended)
        let after = try await test.check(CheckOptions(readsData: true))
        #expect(after.isSound == damage.isMended, "\(after.problems)")
        // Whatever was wrong, the pack itself is as it was.
        #expect(try await test.store.pack(pack.id)?.storedStatus == .ready)
    }

    @Test("an expiry that a crash cut short is left over, and a repair finishes it")
    func leftoverDeletion() async throws {
        let (test, pack) = try await furnished()
        test.faults.arm(.expireAfterCommit)
        await #expect(throws: (any Error).self) {
            _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        }
        let result = try await test.check(CheckOptions())
        #expect(result.problems.map(\.kind) == [.leftoverFile] && result.problems[0].subject == "\(pack.id).zip")
        #expect(try await test.check(CheckOptions(repairs: true)).isSound)
        #expect(try test.exports() == [])
        #expect(try await test.store.pack(pack.id)?.file == nil)
    }

    @Test("what is settled before a check looks again is no problem: an expiry or a failed generation on its way")
    func doubtsSettle() async throws {
        let meanwhile = Mutex<(@Sendable () throws -> Void)?>(nil)
        let test = try TestStore {
            $0.checkPatience = .zero
            $0.faults = { point in if point == .checkBeforeSecondLook { try meanwhile.withLock { $0 }?() } }
        }
        let failed = try await test.pack(.failed, of: try await test.tenant("A", number: 1))
        let expiring = try await test.pack(.ready, of: try await test.tenant("B", number: 2))
        let gone = try await test.pack(.ready, of: try await test.tenant("C", number: 3))
        try test.put(".\(failed.id).tmp")
        try await test.sql("UPDATE review_pack SET status = 5 WHERE id = x'\(Hex.encode(expiring.id.bytes))'")
        #expect(unlink(test.path(of: gone)) == 0)
        #expect(try await test.check(CheckOptions()).problemCount == 3)

        meanwhile.withLock {
            $0 = {
                try test.store.files.remove([".\(failed.id).tmp", "\(expiring.id).zip"])
                try test.store.pool.write {
                    try $0.execute(sql: "UPDATE review_pack SET status = 5 WHERE id = ?", arguments: [gone.id])
                }
            }
        }
        #expect(try await test.check(CheckOptions()).problems == [])
        meanwhile.withLock { $0 = nil }
    }

    @Test("imports, generations and expiries during checks raise no false alarm")
    func busy() async throws {
        let test = try TestStore { $0.checkPatience = .milliseconds(100) }
        let tenant = try await test.tenant()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<30 {
                    _ = try await test.importFindings(Native.lines(round % 7 + 1), into: tenant)
                    let pack = try await test.pack(.ready, of: tenant)
                    _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
                }
            }
            group.addTask {
                for _ in 0..<15 {
                    let result = try await test.check(CheckOptions(readsData: true, repairs: true))
                    #expect(result.problems == [])
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a FIFO in the place of a pack's file holds up nobody who opens it")
    func fifo() async throws {
        let (test, pack) = try await furnished()
        #expect(unlink(test.path(of: pack)) == 0)
        #expect(mkfifo(test.path(of: pack), 0o600) == 0)
        #expect(await reason { _ = try test.store.files.openForReading(pack) } == .packCorrupted)
    }

    @Test("at most 1000 problems are listed, all are counted")
    func bounded() async throws {
        let test = try TestStore { $0.checkPatience = .zero }
        for number in 0..<1005 { try test.put("f\(number)") }
        let result = try await test.check(CheckOptions())
        #expect(result.problems.count == 1000 && result.problemCount == 1005 && !result.isSound)
        #expect(try await test.check(CheckOptions(repairs: true)).isSound)
        #expect(try test.exports() == [])
    }
}

extension TestStore {
    func check(_ options: CheckOptions) async throws -> CheckResult {
        try await store.check(options, stamp: Self.owner)
    }

    func path(of pack: PackRecord) -> String { path + "/exports/" + (pack.file ?? "") }

    /// Puts a file into the exports directory that the store did not make.
    func put(_ name: String) throws { try Data("x".utf8).write(to: URL(filePath: path + "/exports/" + name)) }

    func append(_ text: String, to pack: PackRecord) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path(of: pack)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    func overwrite(_ pack: PackRecord, with text: String) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path(of: pack)))
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// Does to the database what only another program would do.
    func sql(_ statements: String) async throws {
        try await store.pool.write { try $0.execute(sql: statements) }
    }

    /// The same past the triggers that guard the audit log, which are there again afterwards.
    func unguarded(_ statement: String) async throws {
        try await store.pool.write { database in
            let guards = try SchemaObject.all(database).filter { $0.type == "trigger" }
            for trigger in guards { try database.execute(sql: "DROP TRIGGER \(trigger.name)") }
            try database.execute(sql: statement)
            for trigger in guards { try database.execute(sql: trigger.sql) }
        }
    }
}

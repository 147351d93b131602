import Domain
import Foundation
import GRDB
import Glibc
import Testing

@testable import Storage

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
        Damage(
            "a tenant's numbers are not those of its findings", .countWrong, isMended: true,
            subject: TestStore.externalID(1).description
        ) { test, _ in try await test.sql("UPDATE finding_count SET findings = findings + 1") },
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

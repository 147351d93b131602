import Bytes
import Domain
import Evidence
import Foundation
import GRDB
import Logging
import TestTags
import Testing

@testable import Storage

/// What the migrations make of a state that an older version left.
@Suite("A state of the first schema", .tags(.durability))
struct FirstStateTests {
    /// A finding as a tenant's people know it.
    private struct Known: Equatable {
        var check: String
        var resource: String
        var name: String
        var status: FindingStatus
        var reason: String
        var first: String
        var last: String
    }

    private static func known(_ test: TestStore, _ tenant: TenantRecord) async throws -> [Known] {
        try await test.store.read { database in
            let range = try FindingKey.range(ofTenant: TenantKey.require(tenant.id, database).number)
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT c.check_id, d.resource_id, d.resource_name, f.status, ifnull(f.status_reason, '') AS reason,
                        f.first_seen_at, f.last_seen_at
                    FROM finding f JOIN check_text x ON x.id = f.check_text
                        JOIN finding_check c ON c.number = x.finding_check
                        JOIN finding_detail d ON d.id = f.id
                    WHERE f.id BETWEEN ? AND ? ORDER BY c.check_id, d.resource_id, d.resource_name, f.id
                    """, arguments: [range.lowerBound, range.upperBound]
            ).map { row in
                let row = row.of("finding")
                func day(_ column: String) throws -> String {
                    String((try row.value(column) as UnixMillis).description.prefix(10))
                }
                return Known(
                    check: try row.value("check_id"), resource: try row.value("resource_id"),
                    name: try row.value("resource_name"), status: try row.value("status"),
                    reason: try row.value("reason"), first: try day("first_seen_at"), last: try day("last_seen_at"))
            }
        }
    }

    private static func tenant(_ test: TestStore, _ id: String) async throws -> TenantRecord {
        let externalID = try #require(TenantExternalID(id))
        return try #require(try await test.store.tenant(externalID: externalID))
    }

    /// One record of Prowler's.
    private static func record(
        _ check: String, _ resource: String?, at time: String, name: String? = nil, type: String = "NotDefined",
        code: String = "FAIL"
    ) -> String {
        let uid = resource.map { #""uid":"\#($0)","# } ?? ""
        let name = name.map { #""name":"\#($0)","# } ?? ""
        return """
            {"class_uid":2004,"metadata":{"event_code":"\(check)","version":"1.5.0","product":{"name":"Prowler",\
            "version":"5.31.0"}},"severity":"High","severity_id":4,"status":"New","status_id":1,\
            "status_code":"\(code)",\
            "finding_info":{"uid":"prowler-\(check)-none","title":"Title of \(check)"},"time_dt":"\(time)",\
            "resources":[{\(uid)\(name)"type":"\(type)"}],"unmapped":{"scan_id":"next"}}
            """
    }

    @Test("is sound afterwards: sums, counts, files, audit log and schema")
    func sound() async throws {
        let first = try FirstState()
        let test = try first.opened()
        _ = try await test.store.recover()
        let result = try await test.check(CheckOptions(readsData: true))
        #expect(result.isSound && result.problems == [], "\(result.problems)")
        let keys = try await test.store.read {
            try Data.fetchAll($0, sql: "SELECT secret FROM fingerprint_key").map { Array($0) }
        }
        #expect(keys.count == 5 && Set(keys).count == 5 && keys.allSatisfy { $0.count == 32 })
        // Opening it again changes nothing more.
        let events = try await test.count("audit_event")
        let again = try await test.reopened()
        #expect(try await again.count("audit_event") == events)
    }

    @Test("has findings that are one now as one: first seen when first seen, acknowledged when acknowledged")
    func joined() async throws {
        let first = try FirstState()
        let test = try first.opened()
        let tenant = try await Self.tenant(test, FirstState.renamed)
        let guid = "c3e1d5f7-4a82-4b9c-8f06-2d7b9a1e3c88"
        let known = try await Self.known(test, tenant)
        #expect(
            known == [
                // Resolved by a word for a type, and open again under another; its acknowledgement had ended with it.
                Known(
                    check: "entra_admin_users_mfa_enabled", resource: "conditionalAccessPolicies",
                    name: "Conditional Access Policies", status: .open, reason: "", first: "2025-03-01",
                    last: "2025-05-01"),
                Known(
                    check: "entra_guests_limited", resource: "42", name: "The forty-second", status: .acknowledged,
                    reason: "the user is known", first: "2025-03-01", last: "2025-05-01"),
                Known(
                    check: "entra_guests_limited", resource: "43", name: "The forty-third", status: .open, reason: "",
                    first: "2025-03-01", last: "2025-05-01"),
                Known(
                    check: "entra_no_id_one", resource: "", name: "Security defaults", status: .acknowledged,
                    reason: "planned", first: "2025-03-01", last: "2025-05-01"),
                Known(
                    check: "entra_no_id_two", resource: "", name: "First name\nSecond name", status: .open, reason: "",
                    first: "2025-03-01", last: "2025-05-01"),
                Known(
                    check: "entra_no_name", resource: "", name: "", status: .acknowledged,
                    reason: "nothing but an own id", first: "2025-03-01", last: "2025-05-01"),
                Known(
                    check: "exchange_audit_enabled", resource: guid, name: "Adele Vance", status: .open, reason: "",
                    first: "2025-03-01", last: "2025-05-01"),
            ], "\(known)")

        // The next scan finds each of them where it is, whatever it calls their types.
        let time = "2026-02-01T00:00:00Z"
        let records = [
            Self.record(
                "entra_admin_users_mfa_enabled", "conditionalAccessPolicies", at: time, name: "Renamed",
                type: "A new word"),
            Self.record("entra_guests_limited", "42", at: time, name: "Forty-two"),
            Self.record("entra_guests_limited", "43", at: time, name: "The forty-third"),
            Self.record("entra_no_id_one", nil, at: time, name: "Security defaults"),
            Self.record("entra_no_name", nil, at: time),
            Self.record("exchange_audit_enabled", guid.uppercased(), at: time, name: "Adele Vance"),
        ]
        let result = try await test.importFindings(
            Array("[\(records.joined(separator: ","))]".utf8), into: tenant)
        #expect(result.counts.inserted == 0 && result.counts.resolved == 0 && result.counts.updated == 6, "\(result)")
        let after = try await Self.known(test, tenant)
        #expect(after.map(\.status) == known.map(\.status) && after.map(\.first) == known.map(\.first))
        #expect(try await test.check(CheckOptions()).isSound)
    }

    @Test("has times of the future set back, says so, and lets the next true scan decide")
    func mended() async throws {
        let first = try FirstState()
        let test = try first.opened()
        let tenant = try await Self.tenant(test, FirstState.poisoned)
        let limit = UnixMillis(rfc3339: "2100-01-01T00:00:00Z")?.rawValue ?? 0
        for table in ["finding", "finding_check", "source_state", "hardening", "report", "operation_run", "tenant"] {
            let columns = try await test.store.read {
                try String.fetchAll($0, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
            }.filter { $0.hasSuffix("_at") }
            for column in columns {
                #expect(try await test.count(table, where: "\(column) >= \(limit)") == 0, "\(table).\(column)")
            }
        }
        // What a run of 2100 hid is there, and what it alone had seen as well.
        let known = try await Self.known(test, tenant)
        let open = known.filter { $0.status == .open }.map { $0.resource }
        #expect(Set(open) == ["r1", "r2", "r4", "r9", "m1", "future-1", "future-3"], "\(known)")
        #expect(known.filter { $0.status == .acknowledged }.map(\.resource).sorted() == ["future-2", "r3"])

        var filter = AuditFilter()
        filter.action = AuditAction.migrate.rawValue
        filter.tenantID = tenant.id
        let event = try #require(
            try await test.store.listAuditEvents(filter, page: PageRequest(limit: 1)).items.first)
        #expect(
            event.details == """
                {"checks":"1","findings":"9","findings_reopened":"3","hardening":"1",\
                "migration":"0005-times-of-the-future","operation_runs":"2","sources":"3"}
                """)

        // The true scan, which was imported after that of 2100 and hidden by it, decides when it comes again.
        let time = "2025-05-01T00:00:00Z"
        let check = "entra_admin_users_mfa_enabled"
        let records = [
            Self.record(check, "r1", at: time, code: "PASS"), Self.record(check, "r2", at: time),
            Self.record(check, "r3", at: time), Self.record(check, "r4", at: time),
        ]
        _ = try await test.importFindings(Array("[\(records.joined(separator: ","))]".utf8), into: tenant)
        let after = try await Self.known(test, tenant).filter { $0.check == check && $0.status != .resolved }
        #expect(after.map(\.resource) == ["r2", "r3", "r4"], "\(after)")
        #expect(try await test.check(CheckOptions()).isSound)
    }

    @Test("has what is true left alone: nothing of another tenant is changed but the identities")
    func untouched() async throws {
        let first = try FirstState()
        let test = try first.opened()
        let tenant = try await Self.tenant(test, FirstState.contoso)
        let known = try await Self.known(test, tenant)
        #expect(known.count == 10)
        #expect(known.filter { $0.status == .acknowledged }.count == 3)
        var filter = AuditFilter()
        filter.action = AuditAction.migrate.rawValue
        filter.tenantID = tenant.id
        #expect(try await test.store.listAuditEvents(filter, page: PageRequest(limit: 1)).items.isEmpty)
    }

    /// Does to the database what an older version, or another program, left in it.
    private static func before(_ first: FirstState, _ statement: String) throws {
        var settings = Configuration()
        settings.foreignKeysEnabled = false
        let database = try DatabaseQueue(path: first.statePath + "/reviewpack.db", configuration: settings)
        try database.write { try $0.execute(sql: statement) }
        try database.close()
    }

    @Test("is refused by a clock more than a day behind its audit log, unchanged, and opens when the clock is right")
    func clockBehind() async throws {
        let first = try FirstState()
        let behind = try #require(UnixMillis(rfc3339: "2025-06-09T11:59:59Z"))
        let error = #expect(throws: StateError.self) {
            _ = try Store.open(
                state: try StateDirectory.open(path: first.statePath), configuration: StoreConfiguration(),
                clock: { behind }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        #expect(error?.reason == .clockBehind)
        let database = try DatabaseQueue(path: first.statePath + "/reviewpack.db")
        let applied = try await database.read {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations")
        }
        try database.close()
        #expect(applied == ["0001-initial"])
        let test = try first.opened()
        #expect(try await test.check(CheckOptions()).isSound)
    }

    @Test("opens with a row that refers to nothing, which a check names")
    func orphan() async throws {
        let first = try FirstState()
        try Self.before(
            first, "UPDATE notification SET tenant = 9999 WHERE number = (SELECT min(number) FROM notification)")
        let test = try first.opened()
        let result = try await test.check(CheckOptions())
        #expect(
            result.problems.contains { $0.kind == .databaseDamaged && $0.subject == "notification" },
            "\(result.problems)")
    }

    @Test("forgets a newest sight of the future that no finding has")
    func newestSight() async throws {
        let first = try FirstState()
        try Self.before(
            first,
            """
            UPDATE tenant SET newest_last_seen_at = 4102444800000 WHERE external_id =
                x'7f6d1d7e6c1c4d0a9d532f1d1a6f8b10'
            """)
        let test = try first.opened()
        #expect(try await test.count("tenant", where: "newest_last_seen_at >= 4102444800000") == 0)
        #expect(try await test.count("tenant", where: "newest_last_seen_at IS NULL") == 0)
        #expect(try await test.check(CheckOptions()).isSound)
    }

    @Test("with a damaged number of findings does not end the service: the tenant's findings stay as they are")
    func damagedNumber() throws {
        let database = try DatabaseQueue()
        let migrator = Schema.migrator
        try migrator.migrate(database, upTo: "0004-finding-identity")
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO workspace (number, id, name, created_at) VALUES (1, randomblob(16), 'w', 1);
                    INSERT INTO tenant (number, id, workspace, external_id, name, folded_name, created_at, updated_at,
                        findings_revision, next_finding, findings_in_packs, newest_last_seen_at)
                        VALUES (1, randomblob(16), 1, zeroblob(16), 't', 't', 1, 1, zeroblob(32), 2,
                            \(Int64.min), 5000000);
                    INSERT INTO finding_check (number, tenant, source, check_id) VALUES (1, 1, 'Prowler', 'check');
                    INSERT INTO check_text (id, tenant, finding_check, digest, source_version, check_version, title,
                        description, remediation) VALUES (1, 1, 1, zeroblob(32), '', '', 'Title', 'Text', '');
                    INSERT INTO finding_detail VALUES ((1 << 40) + 1, 'New', 'resource', 'Name', 'What was seen');
                    INSERT INTO finding (id, tenant, fingerprint, content, check_text, severity, result, status,
                        acknowledgement, occurrences, first_seen_at, last_seen_at, decided_at, result_at)
                    VALUES ((1 << 40) + 1, 1, randomblob(32), randomblob(32), 1, 3, 2, 1, 0, 1, 1000, 5000000,
                        2000, 2000);
                    """)
            try FutureTimes.migrate(database, MigrationContext(clock: { UnixMillis(1000) }))
            #expect(try Int64.fetchOne(database, sql: "SELECT last_seen_at FROM finding") == 5_000_000)
            #expect(try Int64.fetchOne(database, sql: "SELECT findings_in_packs FROM tenant") == Int64.min)
            #expect(try Int64.fetchOne(database, sql: "SELECT newest_last_seen_at FROM tenant") == nil)
        }
    }

    @Test("of many findings is migrated in a minute for a million, and joins twins by the thousand")
    func many() async throws {
        let count = ProcessInfo.processInfo.environment["REVIEWPACK_MIGRATED_FINDINGS"].flatMap(Int.init) ?? 20_000
        let path = NSTemporaryDirectory() + "rp-many-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        try OldDatabase.make(at: path + "/reviewpack.db", findings: count)
        let began = ContinuousClock.now
        let test = try TestStore(crashedIn: path)
        let took = ContinuousClock.now - began
        let pace = took.seconds / Double(count) * 1_000_000
        print("migrated \(count) findings in \(took), \(pace) s a million")
        // Beside other tests only gross differences of a small one show.
        #expect(pace < (count >= 1_000_000 ? 60 : 300))
        // Each tenth shares the resource of the one before it under another type.
        #expect(try await test.count("finding") == count - count / 10)
        #expect(try await test.check(CheckOptions()).isSound)
    }
}

@Suite("The clock of a migration", .tags(.durability))
struct MigrationClockTests {
    private static let day: Int64 = 86_400_000

    @Test(
        "counts from the newest record to 30 days after it, and is refused more than a day before it",
        arguments: [
            (98, nil), (99, 100), (100, 100), (101, 101), (130, 130), (131, 130), (9000, 130),
        ] as [(Int64, Int64?)])
    func believed(clock: Int64, expected: Int64?) throws {
        let now = UnixMillis(clock * Self.day)
        let newest = UnixMillis(100 * Self.day)
        #expect((try? FutureTimes.believed(now, newest: newest)) == expected.map { UnixMillis($0 * Self.day) })
        #expect(try FutureTimes.believed(now, newest: nil) == now)
    }

    @Test(
        "is measured by the latest audit event that the clock has not run on from for a day",
        arguments: [
            ([], nil), ([1, 2, 3], 3), ([1, 9000, 2], 9000), ([1, 9000, 2, 3], 3), ([1, 9000, 500, 501, 2], 501),
            ([100, 0], 100), ([100, 0, 0], 100),
        ] as [([Int64], Int64?)])
    func newest(days: [Int64], expected: Int64?) throws {
        let database = try DatabaseQueue()
        try database.write { database in
            #expect(try FutureTimes.newestRecord(database) == nil, "no table yet")
            try database.execute(sql: "CREATE TABLE audit_event (seq INTEGER PRIMARY KEY, at INTEGER, action TEXT)")
            for day in days {
                try database.execute(
                    sql: "INSERT INTO audit_event (at, action) VALUES (?, 'review_pack.request')",
                    arguments: [day * Self.day])
            }
            // No time, and what a migration of this very start may have written.
            try database.execute(
                sql: "INSERT INTO audit_event (at, action) VALUES (?, 'x'), (?, ?)",
                arguments: [Int64.max, 20_000 * Self.day, AuditAction.migrate.rawValue])
            let newest = try FutureTimes.newestRecord(database)
            #expect(newest == expected.map { UnixMillis($0 * Self.day) })
        }
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// A database of the last schema before the second rule of identity, filled by SQL.
private enum OldDatabase {
    static func make(at path: String, findings: Int) throws {
        var settings = Configuration()
        settings.prepareDatabase { database in
            try database.execute(sql: "PRAGMA page_size = \(Schema.pageSize)")
            // As in a database that was filled over months.
            database.add(
                function: DatabaseFunction("former", argumentCount: 4, pure: true) { values in
                    Data(former(values.map { String.fromDatabaseValue($0) ?? "" }))
                })
        }
        let database = try DatabaseQueue(path: path, configuration: settings)
        let migrator = Schema.migrator
        let last = migrator.migrations.filter { $0 < "0004" }.last ?? ""
        try migrator.migrate(database, upTo: last)
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO workspace (number, id, name, created_at) VALUES (1, randomblob(16), 'w', 1);
                    INSERT INTO tenant (number, id, workspace, external_id, name, folded_name, created_at, updated_at,
                        findings_revision, next_finding) VALUES (1, randomblob(16), 1, zeroblob(16), 't', 't', 1, 1,
                        zeroblob(32), \(findings + 1));
                    INSERT INTO finding_check (number, tenant, source, check_id) VALUES (1, 1, 'Prowler', 'check');
                    INSERT INTO check_text (id, tenant, finding_check, digest, source_version, check_version, title,
                        description, remediation) VALUES (1, 1, 1, zeroblob(32), '', '', 'Title', 'Text', '');
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(findings))
                    INSERT INTO finding_detail SELECT (1 << 40) + i, CASE i % 10 WHEN 0 THEN 'New' ELSE 'Old' END,
                        'resource-' || (i - (i % 10 = 0)), 'Name ' || i, 'What was seen of ' || i FROM n;
                    INSERT INTO finding (id, tenant, fingerprint, content, check_text, severity, result, status,
                        acknowledgement, occurrences, first_seen_at, last_seen_at, decided_at, result_at)
                    SELECT id, 1, former('Prowler', 'check', resource_type, resource_id), randomblob(32), 1, 3, 2, 1,
                        0, 1, 1000, 2000, 2000, 2000 FROM finding_detail;
                    """)
        }
        try database.close()
    }

    /// SHA-256 of the encoding at the top of FormerFingerprint.swift, for the tenant of zeros.
    private static func former(_ texts: [String]) -> [UInt8] {
        var bytes = Array("RPFP".utf8) + [1, 1] + [UInt8](repeating: 0, count: 16)
        for text in texts {
            withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { bytes += Array($0) }
            bytes += Array(text.utf8)
        }
        return bytes.withUnsafeBytes { Digest256(hashing: $0) }.bytes
    }
}

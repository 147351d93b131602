import Domain
import Evidence
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("A tenant's fingerprint key", .tags(.evidence))
struct FingerprintKeyTests {
    private func fingerprints(_ test: TestStore, _ tenant: TenantRecord) async throws -> [String] {
        try await test.store.withEvidence(of: tenant.id) { evidence in
            var found: [String] = []
            try evidence.forEachFinding { found.append(String(decoding: $0.fingerprint, as: UTF8.self)) }
            return found.sorted()
        }
    }

    @Test("gives the same findings of two tenants, and of one that was made anew, other fingerprints")
    func tenants() async throws {
        let test = try TestStore()
        let one = try await test.tenant("One", number: 1)
        let two = try await test.tenant("Two", number: 2)
        for tenant in [one, two] { _ = try await test.importFindings(Native.lines(3), into: tenant) }
        let first = try await fingerprints(test, one)
        #expect(Set(first).isDisjoint(with: try await fingerprints(test, two)))
        // They stay for as long as the tenant does.
        _ = try await test.importFindings(Native.lines(3, seen: "2026-02-03T00:00:00Z"), into: one)
        #expect(try await fingerprints(test, one) == first)
        let again = try await test.reopened()
        #expect(try await fingerprints(again, one) == first)
        _ = try await again.store.deleteTenant(one.id, stamp: TestStore.owner)
        let anew = try await again.tenant("One", number: 1)
        _ = try await again.importFindings(Native.lines(3), into: anew)
        #expect(Set(first).isDisjoint(with: try await fingerprints(again, anew)))
    }

    @Test("is gone with its tenant from rows, free pages and log, and with its workspace")
    func deleted() async throws {
        for deletesWorkspace in [false, true] {
            let test = try TestStore()
            let tenant = try await test.tenant()
            let key = try await test.store.read { database in
                try FingerprintKey.read(of: TenantKey.require(tenant.id, database).number, database).bytes
            }
            func holds() throws -> Bool {
                try ["reviewpack.db", "reviewpack.db-wal"].contains { name in
                    let path = test.path + "/" + name
                    guard FileManager.default.fileExists(atPath: path) else { return false }
                    return try Data(contentsOf: URL(filePath: path)).range(of: Data(key)) != nil
                }
            }
            #expect(try holds())
            if deletesWorkspace {
                _ = try await test.store.deleteWorkspace(tenant.workspaceID, stamp: TestStore.owner)
            } else {
                _ = try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
            }
            await test.store.forgetDeleted()
            #expect(try !holds())
            #expect(try await test.count("fingerprint_key") == 0)
        }
    }

    @Test("that is missing is damage, which a check names: nobody makes another")
    func missing() async throws {
        let test = try TestStore { $0.checkPatience = .zero }
        let tenant = try await test.tenant()
        let other = try await test.tenant("Other", number: 2)
        try await test.store.write { try $0.execute("DELETE FROM fingerprint_key WHERE tenant = 1") }
        #expect(await reason { _ = try await test.importFindings(Native.lines(1), into: tenant) } == .databaseDamaged)
        #expect(await reason { _ = try await test.generate(tenant) } == .databaseDamaged)
        _ = try await test.importFindings(Native.lines(1), into: other)
        let result = try await test.check(CheckOptions())
        #expect(result.problems.map(\.subject) == ["tenant 1"], "\(result.problems)")
    }

    @Test("is in a backup's copy of the database")
    func backup() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(3), into: tenant)
        let copy = test.path + "/copy.db"
        try await test.store.pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
        let keys = try await DatabaseQueue(path: copy).read {
            try Data.fetchAll($0, sql: "SELECT secret FROM fingerprint_key")
        }
        let own = try await test.store.read { try Data.fetchAll($0, sql: "SELECT secret FROM fingerprint_key") }
        #expect(keys == own && keys.count == 1)
    }
}

@Suite("A scanner's finding", .tags(.evidence))
struct ScannerFindingTests {
    private func run(_ time: String, _ records: [(check: String, resource: String, uid: String)]) -> [UInt8] {
        let lines = records.map { record in
            """
            {"class_uid":2004,"metadata":{"event_code":"\(record.check)","version":"1.5.0",\
            "product":{"name":"Prowler"}},\
            "severity":"High","severity_id":4,"status":"New","status_id":1,"status_code":"FAIL",\
            "finding_info":{"uid":"\(record.uid)","title":"T"},"time_dt":"\(time)","resources":[{\(record.resource)}]}
            """
        }
        return Array("[\(lines.joined(separator: ","))]".utf8)
    }

    @Test(
        "without a resource id is told apart by its resource's name, or by its own id, and never by nothing",
        arguments: [#""name":"%""#, #""name":"%","uid":"""#, ""])
    func withoutID(resource: String) async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        func records(_ names: [String]) -> [(check: String, resource: String, uid: String)] {
            names.map { ("c", resource.replacingOccurrences(of: "%", with: $0), "own-\($0)") }
        }
        let first = try await test.importFindings(run("2026-02-01T00:00:00Z", records(["a", "b", "c"])), into: tenant)
        #expect(first.counts.inserted == 3 && first.counts.duplicates == 0)
        let second = try await test.importFindings(run("2026-02-02T00:00:00Z", records(["a", "b", "d"])), into: tenant)
        #expect(second.counts.inserted == 1 && second.counts.resolved == 1 && second.counts.updated == 2)
    }

    @Test("keeps age and acknowledgement when its resource's type is worded anew")
    func renamedType() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let old = String(
            decoding: run("2026-02-01T00:00:00Z", [("c", #""uid":"r","type":"Policy""#, "x")]), as: UTF8.self
        )
        .replacingOccurrences(of: #""status":"New","status_id":1"#, with: #""status":"In Progress","status_id":2"#)
        _ = try await test.importFindings(Array(old.utf8), into: tenant)
        for (day, type) in ["NotDefined", "", "Conditional Access Policy"].enumerated() {
            let result = try await test.importFindings(
                run("2026-02-0\(day + 2)T00:00:00Z", [("c", #""uid":"r","type":"\#(type)""#, "x")]), into: tenant)
            #expect(result.counts.inserted == 0 && result.counts.resolved == 0)
        }
        let finding = try #require(try await test.evidence(tenant).findings.first)
        #expect(finding.status == .acknowledged && finding.firstSeenAt == UnixMillis(rfc3339: "2026-02-01T00:00:00Z"))
    }
}

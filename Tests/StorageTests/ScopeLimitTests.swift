import Domain
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("What people of a tenant or workspace can store", .tags(.limits))
struct ScopeLimitTests {
    private func grant(_ number: Int, on scope: AccessScope, in test: TestStore) async throws {
        _ = try await test.store.grant(
            RoleBinding(principal: .subject(ExactText("s\(number)")), role: .viewer, scope: scope),
            stamp: TestStore.owner)
    }

    private func rule(_ number: Int, on scope: AccessScope, in test: TestStore) async throws {
        _ = try await test.store.createAlertRule(
            .scanFailed, scope: scope, receiver: .subject(ExactText(receiver(number))), stamp: TestStore.owner)
    }

    /// A rule whose receiver may see what it tells of, as only such a receiver is told.
    private func heardRule(_ number: Int, on scope: AccessScope, in test: TestStore) async throws {
        let receiver = Principal.subject(ExactText(receiver(number)))
        _ = try await test.store.grant(
            RoleBinding(principal: receiver, role: .viewer, scope: scope), stamp: TestStore.owner)
        try await rule(number, on: scope, in: test)
    }

    private func receiver(_ number: Int) -> String {
        "r\(String(format: "%06d", number))" + String(repeating: "y", count: 240)
    }

    @Test("role bindings of each scope have a limit; what is there already stays, and can be taken away and made again")
    func bindings() async throws {
        let test = try TestStore { $0.roleBindingsPerScope = 3 }
        let tenant = try await test.tenant()
        for scope in [AccessScope.tenant(tenant.id), .workspace(tenant.workspaceID)] {
            for number in 0..<3 { try await grant(number, on: scope, in: test) }
            #expect(await reason { try await grant(3, on: scope, in: test) } == .scopeLimit)
            try await grant(2, on: scope, in: test)
            try await test.store.revoke(
                RoleBinding(principal: .subject("s0"), role: .viewer, scope: scope), stamp: TestStore.owner)
            try await grant(3, on: scope, in: test)
        }
        for number in 0..<3 {
            _ = try await test.store.grant(
                RoleBinding(principal: .user(uid: UInt32(number)), role: .pruner, scope: .system),
                stamp: TestStore.owner)
        }
        let fourth = RoleBinding(principal: .user(uid: 9), role: .pruner, scope: .system)
        #expect(await reason { _ = try await test.store.grant(fourth, stamp: TestStore.owner) } == .scopeLimit)
    }

    @Test("alert rules of each scope have a limit")
    func rules() async throws {
        let test = try TestStore { $0.alertRulesPerScope = 2 }
        let tenant = try await test.tenant()
        for scope in [AccessScope.tenant(tenant.id), .workspace(tenant.workspaceID)] {
            for number in 0..<2 { try await rule(number, on: scope, in: test) }
            #expect(await reason { try await rule(2, on: scope, in: test) } == .scopeLimit)
            try await rule(1, on: scope, in: test)
        }
        #expect(try await test.count("alert_rule") == 4)
    }

    @Test("tenants of a workspace have a limit; one that is deleted makes room")
    func tenants() async throws {
        let test = try TestStore { $0.tenantsPerWorkspace = 2 }
        let first = try await test.tenant("A", number: 1)
        _ = try await test.tenant("B", number: 2)
        #expect(await reason { _ = try await test.tenant("C", number: 3) } == .scopeLimit)
        _ = try await test.tenant("C", number: 3, workspace: "fabrikam")
        try await test.store.deleteTenant(first.id, stamp: TestStore.owner)
        _ = try await test.tenant("D", number: 4)
    }

    @Test("findings of a tenant have a limit; an import that would leave more is refused whole")
    func findings() async throws {
        let test = try TestStore { $0.findingsPerTenant = 5 }
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(4), into: tenant)
        #expect(await reason { _ = try await test.importFindings(Native.lines(6), into: tenant) } == .scopeLimit)
        #expect(try await test.count("finding") == 4)
        #expect(try await test.importFindings(Native.lines(5), into: tenant).counts.inserted == 1)
        let again = try await test.importFindings(Native.lines(5, seen: "2026-02-02T00:00:00Z"), into: tenant)
        #expect(again.counts.updated == 5)
    }

    @Test("reports of a tenant have a limit in bytes together; one that is stored already is no further one")
    func reports() async throws {
        let test = try TestStore { $0.reportBytesPerTenant = 1000 }
        let tenant = try await test.tenant()
        let report = { (letter: String) in #"{"a":"\#(String(repeating: letter, count: 400))"}"# }
        _ = try await test.importReport(report("x"), into: tenant)
        _ = try await test.importReport(report("y"), .permissionPosture, into: tenant)
        #expect(await reason { _ = try await test.importReport(report("z"), into: tenant) } == .scopeLimit)
        #expect(try await test.importReport(report("x"), into: tenant).counts.unchanged == 1)
        let other = try await test.tenant("Other", number: 2)
        _ = try await test.importReport(report("z"), into: other)
        #expect(try await test.count("report") == 3)
    }

    /// The pages of the log that one commit adds, in bytes.
    private func written(_ test: TestStore, _ body: () async throws -> Void) async throws -> Int {
        let log = test.path + "/reviewpack.db-wal"
        await test.store.forgetDeleted()
        try await body()
        return try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? -1
    }

    @Test("a failed scan writes less than a megabyte with as many rules as there can be, however much was told before")
    func fanOut() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let limit = StoreConfiguration().alertRulesPerScope
        for number in 0..<limit { try await heardRule(number, on: .tenant(tenant.id), in: test) }
        for number in limit..<2 * limit { try await heardRule(number, on: .workspace(tenant.workspaceID), in: test) }
        let failure = ScanOutcome(type: .permissionPosture, startedAt: test.clock.now, failure: .timeout)
        var bytes: [Int] = []
        // In the end the receivers' notifications lie in pages of their own.
        for _ in 0..<200 {
            bytes.append(
                try await written(test) {
                    try await test.store.recordScan(failure, of: tenant.id, stamp: TestStore.owner)
                })
        }
        // When the pages of all receivers are full at once it is more, which alike receivers bring about now and then.
        #expect(bytes.sorted()[180] < 1_000_000 && bytes.max() ?? 0 < 2_000_000, "\(bytes.sorted().suffix(30))")
        #expect(bytes.min() ?? 0 > 100_000)
        #expect(try await test.count("notification") == 200 * 2 * limit)
    }

    @Test("a receiver keeps a thousand notifications, the newest; the oldest go soon after there are more")
    func notifications() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        try await heardRule(1, on: .tenant(tenant.id), in: test)
        let failure = ScanOutcome(type: .permissionPosture, startedAt: test.clock.now, failure: .timeout)
        for _ in 0..<1101 { try await test.store.recordScan(failure, of: tenant.id, stamp: TestStore.owner) }
        while try await test.count("notification") > 1000 { await Task.yield() }
        let oldest = try await test.store.read { try Int.fetchOne($0, sql: "SELECT min(number) FROM notification") }
        #expect(oldest == 102)
    }
}

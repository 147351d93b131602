import Domain
import TestTags
import Testing

@testable import Storage

@Suite("What imports stage", .tags(.limits))
struct StagedBytesTests {
    private func findings(_ test: TestStore, _ tenant: TenantRecord, by uid: UInt32) async throws -> ImportSession {
        try await Requester.$current.withValue(.user(uid)) {
            try await test.store.beginFindingsImport(
                FindingsImportRequest(tenantID: tenant.id), stamp: TestStore.owner)
        }
    }

    @Test("is bounded for all imports of a user together; another user has a share of its own")
    func limit() async throws {
        let bytes = Native.lines(100)
        let test = try TestStore { $0.maximumStagedBytesPerUser = Int64(3 * bytes.count) }
        let tenant = try await test.tenant()
        let first = try await findings(test, tenant, by: 7)
        let second = try await findings(test, tenant, by: 7)
        try await first.push(bytes)
        let refused = await reason {
            for _ in 0..<9 { try await second.push(bytes) }
        }
        #expect(refused == .stagingLimit)
        let other = try await findings(test, tenant, by: 8)
        try await other.push(bytes)
        #expect(try await other.finish().counts.inserted == 100)
        #expect(try await first.finish().counts.unchanged == 100)
    }

    @Test("counts for reports, operation runs and findings, and no longer than they are under way")
    func kinds() async throws {
        let test = try TestStore { $0.maximumStagedBytesPerUser = 1 << 20 }
        let tenant = try await test.tenant()
        let requester = Requester.user(7)
        try await Requester.$current.withValue(requester) {
            let report = try await test.store.beginReportImport(
                ReportImportRequest(tenantID: tenant.id, type: .permissionPosture), stamp: TestStore.owner)
            try await report.push(Array(#"{"a":["\#(String(repeating: "x", count: 700_000))"]}"#.utf8))
            let runs = try await test.store.beginOperationsImport(into: tenant.id, stamp: TestStore.owner)
            let lines = (0..<2500).map { Runs.line(OperationRunID(high: 7, low: $0)) }.joined()
            #expect(await reason { try await runs.push(Array(lines.utf8)) } == .stagingLimit)
            let findings = try await findings(test, tenant, by: 7)
            #expect(await reason { try await findings.push(Native.lines(2000)) } == .stagingLimit)
            #expect(test.store.staging.held(by: requester) >= 700_000)
            _ = try await report.finish()
        }
        while test.store.staging.held(by: requester) != 0 { await Task.yield() }
    }
}

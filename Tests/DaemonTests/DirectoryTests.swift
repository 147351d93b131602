import Domain
import ReviewPackAPI
import TestTags
import Testing

@testable import Daemon

@Suite("Directory answers", .tags(.access))
struct DirectoryTests {
    @Test("what grant and revoke answer is what the list has of the binding")
    func bindings() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let change = (Proto.Principal(kind: .uid(1000)), Proto.BindingTarget(kind: .tenant(ServiceFixture.contoso)))
        let granted = try await fixture.call(
            Methods.directoryServiceGrantRole,
            Proto.GrantRoleRequest(principal: change.0, role: .viewer, target: change.1))
        let listed = try await fixture.call(
            Methods.directoryServiceListRoleBindings, Proto.ListRoleBindingsRequest(target: change.1))
        #expect(granted.binding == listed.bindings.first)
        #expect(granted.binding?.createdAt == ServiceFixture.start)
        #expect(granted.binding?.createdBy == "uid:0")
        fixture.advance(days: 1)
        let again = try await fixture.call(
            Methods.directoryServiceGrantRole,
            Proto.GrantRoleRequest(principal: change.0, role: .viewer, target: change.1))
        #expect(!again.created)
        #expect(again.binding == granted.binding)
        let caller = try await fixture.call(
            Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest(), as: ServiceFixture.peer(1000))
        #expect(caller.bindings == listed.bindings)
        let revoked = try await fixture.call(
            Methods.directoryServiceRevokeRole,
            Proto.RevokeRoleRequest(principal: change.0, role: .viewer, target: change.1))
        #expect(revoked.binding == granted.binding)
    }

    @Test("a list of tenants has the overview of those whose packs the caller may view, when asked")
    func overviews() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        try await fixture.importFindings([.high, .low])
        try await fixture.grant(.viewer, to: .user(uid: 1000))
        try await fixture.grant(.collector, to: .user(uid: 1000), tenant: ServiceFixture.fabrikam)
        let peer = ServiceFixture.peer(1000)
        let plain = try await fixture.call(Methods.directoryServiceListTenants, Proto.ListTenantsRequest(), as: peer)
        #expect(plain.overviews.isEmpty)
        let list = try await fixture.call(
            Methods.directoryServiceListTenants, Proto.ListTenantsRequest(withOverview: true), as: peer)
        #expect(list.overviews.map(\.tenant) == list.tenants)
        let shown = try await fixture.call(
            Methods.directoryServiceGetTenant, Proto.GetTenantRequest(tenant: ServiceFixture.contoso), as: peer)
        #expect(list.overviews.first == shown)
        #expect(shown.findingsByStatus.first?.findings == 2)
        #expect(list.overviews.last == Proto.GetTenantResponse(tenant: list.tenants.last))
        let first = try await fixture.call(
            Methods.directoryServiceListTenants, Proto.ListTenantsRequest(pageSize: 1, withOverview: true), as: peer)
        #expect(first.overviews.count == 1)
    }

    @Test(
        "a run whose id stands twice in one import refuses it by position, or is rejected when bad records are skipped")
    func repeatedRun() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let run = """
            {"id":"0199f3a2-7b1c-7000-8000-0000000000aa","type":"t","status":"queued",\
            "started_at":"2026-03-01T00:00:00Z"}
            """
        func requests(skip: Bool) -> [Proto.ImportOperationsRequest] {
            let header = Proto.ImportOperationsHeader(tenant: ServiceFixture.contoso, skipBadRecords: skip)
            return [
                Proto.ImportOperationsRequest(part: .header(header)),
                Proto.ImportOperationsRequest(part: .chunk(Array("\(run)\n\(run)\n".utf8))),
            ]
        }
        let reason = await fixture.reason {
            _ = try await fixture.upload(Methods.ingestServiceImportOperations, requests(skip: false))
        }
        #expect(reason == "INVALID_RECORD")
        let skipped = try await fixture.upload(Methods.ingestServiceImportOperations, requests(skip: true))
        #expect([skipped.read, skipped.inserted, skipped.rejected] == [2, 1, 1])
        #expect(skipped.rejections.first?.hasPrefix("record 2, line 2, ") == true, "\(skipped.rejections)")
    }

    @Test("OCSF that is imported as native is called what it looks like")
    func ocsfAsNative() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let text = ImportTests.ocsf("a", resource: "r1", "FAIL", run: "1", at: "2026-03-01T00:00:00")
        let header = Proto.ImportFindingsHeader(tenant: ServiceFixture.contoso, format: .native, skipBadRecords: true)
        let reason = await fixture.reason {
            _ = try await fixture.upload(
                Methods.ingestServiceImportFindings,
                [
                    Proto.ImportFindingsRequest(part: .header(header)),
                    Proto.ImportFindingsRequest(part: .chunk(Array(text.utf8))),
                ])
        }
        #expect(reason == "INVALID_RECORD")
    }
}

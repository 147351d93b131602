import AccessTesting
import Domain
import ReviewPackAPI
import TestTags
import Testing

@testable import Daemon

@Suite("The access matrix", .tags(.access))
struct AccessMatrixTests {
    @Test("has a row for every method of the method table, and none for others")
    func isComplete() {
        #expect(Set(MatrixRows.all.map(\.method)) == Set(MethodTable.rows.map(\.method)))
    }

    @Test(
        "gives each caller the answer of Docs/RBAC.md, whatever the state of what the call names",
        arguments: ObjectState.allCases)
    func everyMethodForEveryCaller(state: ObjectState) async throws {
        let scene = try await MatrixScene(ServiceFixture())
        for caller in MatrixCaller.all {
            for row in MatrixRows.all {
                let expected = row.answer(for: caller.seat, state)
                var object = try scene.object(state, for: caller)
                if let consumed = row.consumes, expected == "OK" {
                    object = try await scene.object(object, toUseUp: consumed)
                }
                let outcome = await scene.fixture.outcome(of: row.method, row.messages(object), as: caller)
                #expect(
                    outcome.reason == expected,
                    "\(caller.name): \(row.method.path), \(row.target), \(state): \(outcome)")
            }
        }
    }

    @Test("lists without a target hold what the caller may see, and nothing else")
    func lists() async throws {
        let scene = try await MatrixScene(ServiceFixture())
        let object = try #require(scene.objects[.exists])
        for caller in MatrixCaller.all where caller.seat != .undelegated {
            func list<Request, Response>(
                _ method: MethodSpec<Request, Response>, _ request: Request
            ) async throws -> Response {
                try await scene.fixture.call(method, request, as: caller.peer, onBehalfOf: caller.subject)
            }
            let digits = String(object.pack.description.suffix(8))
            let packs = try await list(Methods.reviewPackServiceList, Proto.ListPacksRequest()).packs.map(\.id)
            let found = try await list(Methods.reviewPackServiceList, Proto.ListPacksRequest(idPart: digits))
            let tenants = try await list(
                Methods.directoryServiceListTenants, Proto.ListTenantsRequest(workspace: "msp"))
            let schedules = try await list(Methods.maintenanceServiceListSchedules, Proto.ListSchedulesRequest())
            let mayView = caller.seat.holds.contains(.view)
            #expect(packs.contains(object.pack.description) == mayView, "\(caller.name)")
            #expect(found.packs.map(\.id) == (mayView ? [object.pack.description] : []), "\(caller.name)")
            let isMember = caller.seat.isMemberOfTenants
            #expect(tenants.tenants.map(\.externalID).contains(object.tenant) == isMember, "\(caller.name)")
            #expect(schedules.schedules.map(\.tenantExternalID).contains(object.tenant) == isMember, "\(caller.name)")
        }
    }
}

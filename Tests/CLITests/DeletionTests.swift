import Domain
import ExitCodes
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("tenant rename and delete, workspace delete, cancel", .tags(.commandLine))
struct DeletionTests {
    private static let tenant = Proto.Tenant(
        id: Fixture.runID, externalID: Fixture.tenant, name: "Contoso Ltd", workspace: "contoso",
        createdAt: Fixture.now)

    private func service() -> FakeService {
        let service = FakeService()
        service.on(Methods.directoryServiceGetTenant) { _ in
            Proto.GetTenantResponse(
                tenant: Self.tenant,
                findingsByStatus: [
                    Proto.StatusCount(status: "open", findings: 3), Proto.StatusCount(status: "resolved", findings: 4),
                ])
        }
        service.on(Methods.reviewPackServiceList) { _ in
            Proto.ListPacksResponse(packs: [Fixture.pack(.ready), Fixture.pack(.expired)])
        }
        service.on(Methods.directoryServiceDeleteTenant) { _ in Proto.DeleteTenantResponse() }
        service.on(Methods.directoryServiceListWorkspaces) { _ in
            Proto.ListWorkspacesResponse(workspaces: [Proto.Workspace(id: Fixture.runID, name: "contoso")])
        }
        service.on(Methods.directoryServiceListTenants) { _ in Proto.ListTenantsResponse(tenants: [Self.tenant]) }
        service.on(Methods.directoryServiceDeleteWorkspace) { _ in Proto.DeleteWorkspaceResponse() }
        return service
    }

    private static func deletes(_ service: FakeService) -> Bool {
        service.calledMethods.contains { $0.contains("/Delete") }
    }

    @Test(
        "deleting a tenant asks for its name or GUID, and says what went",
        arguments: [
            ("Contoso Ltd", true), ("contoso ltd", true), (Fixture.tenant, true), (Fixture.tenant.uppercased(), true),
            ("y", false), ("yes", false), ("", false), ("Contoso", false),
        ])
    func tenant(answer: String, proceeds: Bool) async {
        let service = service()
        let result = await run(
            "tenant", "delete", Fixture.tenant, service: service, terminal: .plainPerson, answers: [answer])
        #expect(result.status == (proceeds ? .ok : .failure))
        #expect(Self.deletes(service) == proceeds)
        let what = "tenant \(Fixture.tenant) (Contoso Ltd) with 7 findings and 2 packs"
        #expect(result.errors.hasPrefix("This deletes \(what) and their files.\nType its name or GUID to go on: "))
        #expect(result.output == (proceeds ? "Deleted \(what)\n" : ""))
    }

    @Test("of two workspaces that look the same, the one whose name was given goes")
    func namesake() async throws {
        let service = service()
        let (normalised, other) = ("jos\u{E9}", "jose\u{301}")
        service.on(Methods.directoryServiceListWorkspaces) { _ in
            Proto.ListWorkspacesResponse(
                workspaces: [normalised, other].map { Proto.Workspace(id: Fixture.runID, name: $0) })
        }
        _ = await run("workspace", "delete", other, "--yes", service: service)
        let names = try service.requests(of: Methods.directoryServiceDeleteWorkspace).map { Array($0.workspace.utf8) }
        #expect(names == [Array(other.utf8)])
    }

    @Test("deleting a tenant tells of any number of findings")
    func manyFindings() async {
        let service = service()
        service.on(Methods.directoryServiceGetTenant) { _ in
            let counts = [Int64.max, .max].map { Proto.StatusCount(status: "open", findings: $0) }
            return Proto.GetTenantResponse(tenant: Self.tenant, findingsByStatus: counts)
        }
        let result = await run("tenant", "delete", Fixture.tenant, "--yes", service: service)
        #expect(result.output.contains("with \(Int64.max) findings"))
    }

    @Test(
        "deleting a workspace asks for its name",
        arguments: [("contoso", true), ("y", false), (Fixture.tenant, false)])
    func workspace(answer: String, proceeds: Bool) async {
        let service = service()
        let result = await run(
            "workspace", "delete", "contoso", service: service, terminal: .plainPerson, answers: [answer])
        #expect(result.status == (proceeds ? .ok : .failure))
        #expect(Self.deletes(service) == proceeds)
        #expect(result.errors.contains("with 1 tenants, their evidence, packs and files.\nType its name to go on: "))
        #expect(result.output == (proceeds ? "Deleted workspace contoso with 1 tenants\n" : ""))
    }

    @Test(
        "without a terminal deleting refuses with 64 unless --yes is given",
        arguments: [["tenant", "delete", Fixture.tenant], ["workspace", "delete", "contoso"]])
    func script(command: [String]) async {
        let refused = service()
        let result = await run(command, service: refused, answers: ["contoso", Fixture.tenant])
        #expect(result.status == .usage)
        #expect(!Self.deletes(refused))
        let confirmed = service()
        #expect(await run(command + ["--yes"], service: confirmed).status == .ok)
        #expect(Self.deletes(confirmed))
    }

    @Test("a workspace that is not there ends with 4, and nothing is asked or deleted")
    func noWorkspace() async {
        let service = service()
        let result = await run("workspace", "delete", "contosO", "--yes", service: service)
        #expect(result.status == .notFound)
        #expect(!Self.deletes(service))
    }

    @Test("renaming says the new name")
    func rename() async throws {
        let service = FakeService()
        service.on(Methods.directoryServiceRenameTenant) { request in
            Proto.RenameTenantResponse(tenant: Proto.Tenant(externalID: request.tenant, name: request.name))
        }
        let result = await run("tenant", "rename", Fixture.tenant, "Contoso AG", service: service)
        #expect(result.output == "Renamed tenant \(Fixture.tenant) to Contoso AG\n")
    }

    @Test("cancel prints how the pack ended; one that has ended already exits 1")
    func cancel() async throws {
        let service = FakeService()
        service.on(Methods.reviewPackServiceCancel) { request in
            var pack = Fixture.pack(.failed, id: request.id)
            pack.failureReason = "cancelled"
            return Proto.CancelPackResponse(pack: pack)
        }
        #expect(
            await run("cancel", Fixture.packID, service: service).output
                == "\(Fixture.packID)  failed  cancelled\n")
        service.on(Methods.reviewPackServiceCancel) { _ in
            throw RPCFailure.of(.wrongState, "the review pack is ready")
        }
        let late = await run("cancel", Fixture.packID, service: service)
        #expect(late.status == .failure)
        #expect(late.errors.contains("[WRONG_STATE]"))
    }
}

import Domain
import ExitCodes
import ReviewPackAPI
import ReviewPackClient
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("workspace, tenant, member", .tags(.commandLine))
struct DirectoryCommandTests {
    private static let tenant = Proto.Tenant(
        id: Fixture.runID, externalID: Fixture.tenant, name: "Contoso Ltd", workspace: "contoso",
        createdAt: Fixture.now)

    @Test("creating prints what was created; -o id prints the word that other commands take")
    func create() async throws {
        let service = FakeService()
        service.on(Methods.directoryServiceCreateWorkspace) { request in
            Proto.CreateWorkspaceResponse(workspace: Proto.Workspace(id: Fixture.runID, name: request.name))
        }
        service.on(Methods.directoryServiceCreateTenant) { _ in Proto.CreateTenantResponse(tenant: Self.tenant) }
        #expect(await run("workspace", "create", "contoso", service: service).output == "Created workspace contoso\n")
        #expect(await run("workspace", "create", "contoso", "-o", "id", service: service).output == "contoso\n")
        let arguments = ["tenant", "create", "contoso", "--external-id", Fixture.tenant, "--name", "Contoso Ltd"]
        #expect(
            await run(arguments, service: service).output
                == "Created tenant \(Fixture.tenant) (Contoso Ltd)\n")
        #expect(await run(arguments + ["-o", "id"], service: service).output == Fixture.tenant + "\n")
        let json = await run(arguments + ["-o", "jsonl"], service: service).output
        #expect(
            json
                == #"{"id":"\#(Fixture.runID)","external_id":"\#(Fixture.tenant)","name":"Contoso Ltd","#
                + #""workspace":"contoso","created_at":"2026-02-25T06:13:20Z"}"#
                + "\n")
    }

    @Test("lists are tables; empty ones tell a person the first step")
    func lists() async throws {
        let service = FakeService()
        service.on(Methods.directoryServiceListWorkspaces) { _ in
            Proto.ListWorkspacesResponse(workspaces: [Proto.Workspace(name: "contoso", createdAt: Fixture.now)])
        }
        let other = Proto.Tenant(
            id: Fixture.packID, externalID: "00000000-0000-4000-8000-000000000001", name: "Elsewhere",
            workspace: "other")
        var report = Fixture.source
        report.source = "entra.admin_roles"
        report.lastRunAt = Fixture.now
        let overview = Proto.GetTenantResponse(
            tenant: Self.tenant, sources: [Fixture.source, report],
            findingsByStatus: [Proto.StatusCount(status: "open", findings: 3)], newestPack: Fixture.pack(.ready))
        service.on(Methods.directoryServiceListTenants) { _ in
            Proto.ListTenantsResponse(
                tenants: [Self.tenant, other], overviews: [overview, Proto.GetTenantResponse(tenant: other)])
        }
        let workspaces = await run("workspace", "list", service: service).output
        let tenants = await run("tenant", "list", "contoso", service: service).output
        expectGolden("directory-lists", workspaces + tenants)
        expectGolden("tenant-list-json", await run("tenant", "list", "-o", "json", service: service).output)
        let request = try service.requests(of: Methods.directoryServiceListTenants).first
        #expect(request?.withOverview == true)
        let empty = FakeService()
        empty.on(Methods.directoryServiceListTenants) { _ in Proto.ListTenantsResponse() }
        let result = await run("tenant", "list", service: empty, terminal: .plainPerson)
        #expect(result.errors.hasPrefix("No tenants yet\n"))
    }

    @Test("a tenant shows its freshness, its findings and its newest pack", arguments: [true, false])
    func show(withPack: Bool) async {
        let service = FakeService()
        service.on(Methods.directoryServiceGetTenant) { _ in
            Proto.GetTenantResponse(
                tenant: Self.tenant, sources: withPack ? [Fixture.source] : [],
                findingsByStatus: withPack ? [Proto.StatusCount(status: "open", findings: 3)] : [],
                findingsBySeverity: withPack ? [Proto.SeverityCount(severity: "high", findings: 3)] : [],
                newestPack: withPack ? Fixture.pack(.ready) : nil)
        }
        let result = await run("tenant", "show", Fixture.tenant, service: service, terminal: .plainPerson)
        expectGolden(withPack ? "tenant-show" : "tenant-show-empty", result.output)
    }

    @Test(
        "names become numbers on this machine, numbers stay",
        arguments: [
            (["--user", "alice"], Proto.Principal.Kind.uid(1000)), (["--user", "4711"], .uid(4711)),
            (["--group", "auditors"], .gid(2000)), (["--subject", "zoë@example.org"], .subject("zoë@example.org")),
        ])
    func grant(who: [String], principal: Proto.Principal.Kind) async throws {
        let service = FakeService()
        service.on(Methods.directoryServiceGrantRole) { request in
            Proto.GrantRoleResponse(
                binding: Proto.RoleBinding(principal: request.principal, role: request.role, target: request.target),
                created: true)
        }
        let result = await run(
            ["member", "grant", "--workspace", "contoso", "--role", "viewer"] + who, service: service)
        #expect(result.status == .ok)
        #expect(result.output.hasPrefix("Granted viewer in workspace contoso to "))
        let request = try #require(try service.requests(of: Methods.directoryServiceGrantRole).first)
        #expect(request.principal?.kind == principal)
        #expect(request.role == .viewer)
        #expect(request.target?.kind == .workspace("contoso"))
    }

    @Test("what grant and revoke print is what list prints of the binding")
    func bindingJSON() async {
        let service = FakeService()
        let binding = Proto.RoleBinding(
            principal: Proto.Principal(kind: .uid(1000)), role: .viewer,
            target: Proto.BindingTarget(kind: .workspace("contoso")), createdAt: Fixture.now, createdBy: "uid:0")
        service.on(Methods.directoryServiceGrantRole) { _ in Proto.GrantRoleResponse(binding: binding, created: true) }
        service.on(Methods.directoryServiceRevokeRole) { _ in Proto.RevokeRoleResponse(binding: binding) }
        service.on(Methods.directoryServiceListRoleBindings) { _ in
            Proto.ListRoleBindingsResponse(bindings: [binding])
        }
        let change = ["--workspace", "contoso", "--user", "alice", "--role", "viewer", "-o", "jsonl"]
        let listed = await run("member", "list", "--workspace", "contoso", "-o", "jsonl", service: service).output
        #expect(await run(["member", "revoke"] + change, service: service).output == listed)
        let granted = await run(["member", "grant"] + change, service: service).output
        #expect(granted == #"{"binding":\#(listed.dropLast()),"created":true}"# + "\n")
    }

    @Test("a name that this machine does not know ends with 64 and asks nothing")
    func unknownName() async {
        let service = FakeService()
        let result = await run(
            "member", "grant", "--system", "--user", "nobody-here", "--role", "pruner", service: service)
        #expect(result.status == .usage)
        #expect(service.calledMethods.isEmpty)
    }

    @Test("revoking and listing name principals as people know them")
    func revokeAndList() async {
        let service = FakeService()
        service.on(Methods.directoryServiceRevokeRole) { request in
            Proto.RevokeRoleResponse(
                binding: Proto.RoleBinding(principal: request.principal, role: request.role, target: request.target))
        }
        let binding = Proto.RoleBinding(
            principal: Proto.Principal(kind: .uid(1000)), role: .owner,
            target: Proto.BindingTarget(kind: .tenant(Fixture.tenant)), createdAt: Fixture.now, createdBy: "uid:0")
        service.on(Methods.directoryServiceListRoleBindings) { _ in
            Proto.ListRoleBindingsResponse(bindings: [
                binding,
                Proto.RoleBinding(
                    principal: Proto.Principal(kind: .gid(77)), role: .init(rawValue: 99),
                    target: Proto.BindingTarget(kind: .system(true))),
            ])
        }
        let revoked = await run(
            "member", "revoke", "--tenant", Fixture.tenant, "--user", "alice", "--role", "owner", service: service)
        #expect(revoked.output == "Revoked owner in tenant \(Fixture.tenant) from user:alice\n")
        let list = await run("member", "list", "--tenant", Fixture.tenant, service: service)
        expectGolden("member-list", list.output)
    }

    @Test("whoami names the caller, its roles and the service")
    func whoami() async {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in
            Proto.WhoAmIResponse(
                uid: 1000, gid: 2000, groups: [2000, 27], administrator: false,
                bindings: [
                    Proto.RoleBinding(
                        principal: Proto.Principal(kind: .gid(2000)), role: .viewer,
                        target: Proto.BindingTarget(kind: .workspace("contoso")))
                ], bindingsComplete: true, unreadNotifications: 2, serverVersion: "0.1.0",
                maximumMessageBytes: 4 << 20)
        }
        expectGolden("whoami", await run("whoami", service: service, terminal: .plainPerson).output)
    }

    @Test(
        "health says serving with 0 and anything else with 69",
        arguments: [(Int32(1), ExitCodes.ExitStatus.ok), (2, .unavailable), (0, .unavailable)])
    func health(status: Int32, exit: ExitCodes.ExitStatus) async {
        let service = FakeService()
        service.on(Methods.healthCheck) { _ in GRPCHealth.HealthCheckResponse(status: .init(rawValue: status)) }
        let result = await run("health", service: service)
        #expect(result.status == exit)
        #expect(result.output.split(separator: "\n").count == 1)
    }

    @Test("version needs no service, and names it when one answers")
    func version() async {
        let alone = await run("version", "--address", "/unreachable.sock")
        #expect(alone.output == "reviewpackctl \(ProductVersion.current)\n")
        #expect(alone.status == .ok)
        #expect(await run("--version").output == alone.output)
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in Proto.WhoAmIResponse(serverVersion: "9.9.9") }
        let both = await run("version", "-o", "jsonl", service: service)
        #expect(both.output == #"{"client":"\#(ProductVersion.current)","server":"9.9.9"}"# + "\n")
    }

    @Test("operation runs are listed with whole ids and shown with their context")
    func operations() async {
        let service = FakeService()
        var run1 = Proto.OperationRun()
        run1.id = Fixture.runID
        run1.tenantExternalID = Fixture.tenant
        run1.type = "tenant.review_pack.generate"
        run1.status = .completed
        run1.outcome = .failed
        run1.reasonCode = "timeout"
        run1.initiator = "uid:1000"
        run1.startedAt = Fixture.now
        run1.context = #"{"reason_code":"timeout"}"#
        let operation = run1
        var brought = run1
        brought.imported = true
        brought.initiator = "nightly timer"
        let operations = [run1, brought]
        service.on(Methods.operationServiceList) { _ in Proto.ListOperationsResponse(operations: operations) }
        service.on(Methods.operationServiceGet) { _ in Proto.GetOperationResponse(operation: operation) }
        let list = await run("operation", "list", Fixture.tenant, service: service)
        let show = await run("operation", "show", Fixture.runID, service: service)
        expectGolden("operations", list.output + show.output)
        #expect(await run("operation", "show", "0199f3a2", service: service).status == .usage)
        let undashed = Fixture.runID.filter { $0 != "-" }.uppercased()
        #expect(await run("operation", "show", undashed, service: service).output == show.output)
    }
}

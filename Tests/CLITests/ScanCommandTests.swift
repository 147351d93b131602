import Domain
import ExitCodes
import Glibc
import ReviewPackAPI
import ReviewPackClient
import Synchronization
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("scan and schedule", .tags(.commandLine, .evidence))
struct ScanCommandTests {
    private static let other = "0b1f8a34-8f5e-4d53-9a39-5f3f2b7c9d21"

    private static func tenant(_ id: String, _ name: String, _ workspace: String = "contoso") -> Proto.Tenant {
        Proto.Tenant(id: Fixture.runID, externalID: id, name: name, workspace: workspace, createdAt: Fixture.now)
    }

    private func service(_ caller: Proto.WhoAmIResponse) -> FakeService {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in caller }
        service.on(Methods.directoryServiceListTenants) { _ in
            Proto.ListTenantsResponse(tenants: [
                Self.tenant(Fixture.tenant, "Contoso Ltd"), Self.tenant(Self.other, "Fabrikam", "fabrikam"),
            ])
        }
        service.on(Methods.ingestServiceRecordScan) { _ in Proto.RecordScanResponse(operationRunID: Fixture.runID) }
        return service
    }

    private func binding(_ role: Proto.Role, _ target: Proto.BindingTarget.Kind) -> Proto.RoleBinding {
        Proto.RoleBinding(role: role, target: Proto.BindingTarget(kind: target))
    }

    @Test("a folder that others can change is refused with 78, and recorded for every tenant that may be imported for")
    func untrusted() async throws {
        let scratch = ScratchDirectory()
        let service = service(
            Proto.WhoAmIResponse(
                uid: 1000,
                bindings: [
                    binding(.viewer, .workspace("fabrikam")), binding(.collector, .tenant(Fixture.tenant)),
                ], bindingsComplete: true))
        let result = await run(
            "scan", "run", "permission_posture", "--all", "--collectors-dir", scratch.path, service: service)
        #expect(result.status == .configuration)
        let recorded = try service.requests(of: Methods.ingestServiceRecordScan)
        #expect(recorded.map(\.tenant) == [Fixture.tenant])
        #expect(recorded.map(\.reasonCode) == ["collector_untrusted"])
        expectGolden("scan-untrusted", result.transcript)
    }

    @Test("a missing collector is 78 too, and in JSON every field is there")
    func missing() async throws {
        let service = service(Proto.WhoAmIResponse(administrator: true))
        let result = await run(
            "scan", "run", "entra.admin_roles", "--all", "--collectors-dir", "/nonexistent", "-o", "json",
            service: service)
        #expect(result.status == .configuration)
        expectGolden("scan-missing-json", result.transcript)
    }

    @Test("a tenant that the caller may not see is NOT_FOUND before anything is run")
    func hidden() async throws {
        let service = service(Proto.WhoAmIResponse())
        let result = await run(
            "scan", "run", "entra.admin_roles", "--tenant", "11111111-2222-4333-8444-555555555555", service: service)
        #expect(result.status == .notFound)
        #expect(try service.requests(of: Methods.ingestServiceRecordScan).isEmpty)
    }

    @Test("who may import for no tenant is told so, and a timer whose role is gone fails")
    func nobody() async {
        let result = await run(
            "scan", "run", "entra.admin_roles", "--all", "-o", "json",
            service: service(Proto.WhoAmIResponse(bindingsComplete: true)))
        #expect(result.status == .noPermission)
        #expect(result.output == "")
        #expect(result.errors.contains("[CAPABILITY_REQUIRED]"))
    }

    @Test(
        "arguments that cannot be meant end with 64",
        arguments: [
            [], ["--all", "--tenant", Fixture.tenant], ["--all", "--timeout", "0"], ["--all", "--max-output", "0"],
            ["--all", "--pass-env", "PATH"], ["--all", "--pass-env", "a b"], ["--all", "--prints", "poetry"],
        ])
    func usage(arguments: [String]) async {
        #expect(await run(["scan", "run", "permission_posture"] + arguments).status == .usage)
    }

    @Test("schedules are a table with their state")
    func schedules() async {
        let service = FakeService()
        service.on(Methods.maintenanceServiceListSchedules) { _ in
            var prune = Proto.Schedule()
            prune.name = "prune"
            prune.cadenceSeconds = 86_400
            prune.stale = true
            var scan = Proto.Schedule()
            scan.name = "permission_posture"
            scan.tenantExternalID = Fixture.tenant
            scan.tenantName = "Contoso Ltd"
            scan.cadenceSeconds = 86_400
            scan.lastRunAt = Fixture.now
            scan.lastOutcome = "failed"
            scan.reasonCode = "timeout"
            scan.lastSuccessAt = Fixture.now.advanced(byDays: -1)
            scan.nextRunAt = Fixture.now.advanced(byDays: 1)
            return Proto.ListSchedulesResponse(schedules: [prune, scan])
        }
        let table = await run("schedule", "list", service: service).output
        let json = await run("schedule", "list", Fixture.tenant, "-o", "jsonl", service: service).output
        let ids = await run("schedule", "list", "-o", "id", service: service).output
        expectGolden("schedules", table + json + ids)
    }
}

@Suite("Signals that a command takes over", .tags(.commandLine))
struct InterruptionTests {
    @Test("the first is the command's, the next ends the process; one that was taken back is not the command's")
    func handOver() {
        let interruption = Interruption()
        let calls = Mutex(0)
        interruption.handOver { calls.withLock { $0 += 1 } }
        #expect(interruption.forwardSignal())
        #expect(!interruption.forwardSignal())
        #expect(calls.withLock { $0 } == 1)
        interruption.handOver { calls.withLock { $0 += 1 } }
        interruption.takeBack()
        #expect(!interruption.forwardSignal())
        #expect(calls.withLock { $0 } == 1)
    }
}

@Suite("Whether a collector may be run", .tags(.commandLine, .access))
struct CollectorFileTests {
    @Test("a folder that everybody can write to is no place for one, whoever owns what is in it")
    func worldWritable() {
        let scratch = ScratchDirectory()
        _ = scratch.write("permission_posture", Array("#!/bin/sh\n".utf8))
        #expect(fault(scratch.path)?.failure == .collectorUntrusted)
        #expect(fault(scratch.path)?.message.contains("/tmp is writable for others") == true)
    }

    @Test(
        "a path that is relative or goes up is refused, one that leads nowhere is missing",
        arguments: [
            ("collectors.d", ScanFailure.collectorUntrusted), ("/etc/../etc", .collectorUntrusted),
            ("/etc/./x", .collectorUntrusted), ("", .collectorUntrusted), ("/etc/nonexistent", .collectorMissing),
            ("/etc/passwd", .collectorUntrusted),
        ])
    func paths(folder: String, failure: ScanFailure) { #expect(fault(folder)?.failure == failure) }

    private func fault(_ folder: String) -> ScanFault? {
        do throws(ScanFault) {
            _ = try CollectorFile.find(.permissionPosture, in: folder)
            return nil
        } catch {
            return error
        }
    }
}

import Domain
import ExitCodes
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI

@Suite("prune", .tags(.commandLine, .upkeep))
struct PruneTests {
    private func service(_ response: Proto.PruneResponse) -> FakeService {
        let service = FakeService()
        service.on(Methods.maintenanceServicePrune) { _ in response }
        return service
    }

    private var response: Proto.PruneResponse {
        Proto.PruneResponse(expired: 3, deleted: 1, operationRunsRemoved: 7, failedPacksRemoved: 2)
    }

    @Test("prints exactly its one line, whatever else was removed", arguments: [Terminal.none, .plainPerson])
    func line(terminal: Terminal) async {
        let result = await run("prune", service: service(response), terminal: terminal)
        #expect(result.status == .ok)
        #expect(result.output == "3 packs expired, 1 packs hard-deleted\n")
        #expect(result.errors.isEmpty)
        let none = await run("prune", service: service(Proto.PruneResponse()), terminal: terminal)
        #expect(none.output == "0 packs expired, 0 packs hard-deleted\n")
    }

    @Test("has all counts in JSON")
    func json() async {
        let result = await run("prune", "-o", "jsonl", service: service(response))
        #expect(
            result.output
                == #"{"expired":3,"deleted":1,"plan":[],"warning":null,"operation_runs_removed":7,"#
                + #""notifications_removed":0,"reports_removed":0,"failed_packs_removed":2,"findings_removed":0}"#
                + "\n")
    }

    @Test("a warning goes to standard error, and the exit code stays 0")
    func warning() async {
        var response = response
        response.warning = "the clock is far ahead"
        let result = await run("prune", "--hard-delete", service: service(response))
        #expect(result.status == .ok)
        #expect(result.output == "3 packs expired, 1 packs hard-deleted\n")
        #expect(result.errors == "warning: the clock is far ahead\n")
    }

    @Test("a dry run shows its plan as data and what it comes to beside it")
    func dryRun() async throws {
        let service = service(
            Proto.PruneResponse(
                expired: 1, deleted: 1,
                plan: [
                    Proto.PrunedPack(
                        id: Fixture.packID, tenantExternalID: Fixture.tenant, action: "expire", since: Fixture.now),
                    Proto.PrunedPack(
                        id: Fixture.runID, tenantExternalID: Fixture.tenant, action: "delete", since: Fixture.now),
                ], operationRunsRemoved: 7, failedPacksRemoved: 2))
        expectGolden("prune-dry-run", await run("prune", "--dry-run", service: service).transcript)
        let request = try #require(try service.requests(of: Methods.maintenanceServicePrune).first)
        #expect(request.dryRun && !request.force && request.hardDelete == nil)
        let ids = await run("prune", "--dry-run", "-o", "id", service: service).output
        #expect(ids == "\(Fixture.packID)\n\(Fixture.runID)\n")
        let empty = await run("prune", "--dry-run", service: self.service(.init()), terminal: .plainPerson)
        #expect(empty.errors.hasPrefix("Nothing to prune\n"))
    }

    @Test(
        "the choices go to the service as they were given; without one its own setting counts",
        arguments: [
            ([], nil, false), (["--hard-delete"], true, false), (["--no-hard-delete"], false, false),
            (["--hard-delete", "--force"], true, true),
        ] as [([String], Bool?, Bool)])
    func choices(arguments: [String], hardDelete: Bool?, force: Bool) async throws {
        let service = service(response)
        _ = await run(["prune"] + arguments, service: service)
        let request = try #require(try service.requests(of: Methods.maintenanceServicePrune).first)
        #expect(request.hardDelete == hardDelete && request.force == force && !request.dryRun)
    }

    @Test("while another prune runs it ends with 75")
    func inProgress() async {
        let service = FakeService()
        service.on(Methods.maintenanceServicePrune) { _ in
            throw RPCFailure.of(.pruneInProgress, "a prune is running already")
        }
        let result = await run("prune", service: service)
        #expect(result.status == .temporary)
        #expect(result.errors.contains("[PRUNE_IN_PROGRESS]"))
        #expect(result.output.isEmpty)
    }
}

@Suite("audit", .tags(.commandLine, .upkeep))
struct AuditTests {
    private static func event(_ seq: Int64) -> Proto.AuditEvent {
        var event = Proto.AuditEvent()
        event.seq = seq
        event.at = Fixture.now
        event.actor = "uid:1000"
        event.method = "reviewpack.v1.ReviewPackService/Expire"
        event.action = "review_pack.expire"
        event.outcome = "ok"
        event.count = 1
        event.details = "{}"
        if seq == 2 {
            event.onBehalfOf = "anna\u{1B}[2J"
            event.outcome = "denied"
            event.reason = "CAPABILITY_REQUIRED"
            event.count = 12
            event.packID = Fixture.packID
        }
        return event
    }

    private func service(pages: Int = 1) -> FakeService {
        let service = FakeService()
        service.on(Methods.maintenanceServiceListAuditEvents) { request in
            let page = Int64(request.pageToken) ?? 1
            return Proto.ListAuditEventsResponse(
                events: [Self.event(2 * page - 1), Self.event(2 * page)],
                nextPageToken: page < pages ? "\(page + 1)" : "")
        }
        return service
    }

    @Test("the table is the golden one")
    func table() async {
        expectGolden("audit-list", await run("audit", "list", service: service()).output)
    }

    @Test("events are printed page by page as jsonl: the first stand there before the second page is asked for")
    func streams() async throws {
        let output = MemoryChannel()
        let service = FakeService()
        service.on(Methods.maintenanceServiceListAuditEvents) { request in
            if !request.pageToken.isEmpty {
                #expect(output.text.split(separator: "\n").count == 2)
            }
            return Proto.ListAuditEventsResponse(
                events: [Self.event(1), Self.event(2)], nextPageToken: request.pageToken.isEmpty ? "next" : "")
        }
        let result = await run("audit", "list", "-o", "jsonl", service: service, output: output)
        #expect(result.status == .ok)
        let lines = output.text.split(separator: "\n")
        #expect(lines.count == 4 && lines.allSatisfy { $0.hasPrefix(#"{"seq":"#) && $0.hasSuffix("}") })
        #expect(try service.requests(of: Methods.maintenanceServiceListAuditEvents).count == 2)
    }

    @Test("all pages are followed unless limited, in every form", arguments: ["table", "json", "jsonl", "id"])
    func pages(form: String) async throws {
        let service = service(pages: 3)
        _ = await run("audit", "list", "-o", form, service: service)
        _ = await run("audit", "list", "-o", form, "--limit", "3", service: service)
        let requests = try service.requests(of: Methods.maintenanceServiceListAuditEvents)
        #expect(requests.map(\.pageToken) == ["", "2", "3", "", "2"])
        #expect(requests.map(\.pageSize) == [1000, 1000, 1000, 3, 1])
        #expect(await run("audit", "list", "-o", "id", "--limit", "3", service: service).output == "1\n2\n3\n")
    }

    @Test("the filters go to the service as they were given, a user as a number")
    func filters() async throws {
        let service = service()
        _ = await run(
            "audit", "list", "--user", "alice", "--subject", "anna", "--action", "review_pack.expire", "--outcome",
            "denied", "--tenant", Fixture.tenant, "--pack", Fixture.packID, "--after", "2026-01-01", "--before",
            "2026-02-01", "--newest-first", service: service)
        let request = try #require(try service.requests(of: Methods.maintenanceServiceListAuditEvents).first)
        #expect(request.uid == 1000 && request.onBehalfOf == "anna" && request.action == "review_pack.expire")
        #expect(request.outcome == "denied" && request.tenant == Fixture.tenant && request.pack == Fixture.packID)
        #expect(request.after == UnixMillis(rfc3339: "2026-01-01T00:00:00Z"))
        #expect(request.before == UnixMillis(rfc3339: "2026-02-01T00:00:00Z") && request.newestFirst)
        #expect(await run("audit", "list", "--user", "nobody-here", service: service).status == .usage)
    }

    @Test("a whole log is stated with its number of events and its head hash")
    func intact() async {
        let service = FakeService()
        service.on(Methods.maintenanceServiceVerifyAuditLog) { _ in
            Proto.VerifyAuditLogResponse(intact: true, events: 12, headHash: [UInt8](repeating: 0xAB, count: 32))
        }
        expectGolden("audit-verify", await run("audit", "verify", service: service).transcript)
    }

    @Test("a log that is not intact ends with 65 and AUDIT_BROKEN, and every fault is named")
    func broken() async {
        let service = FakeService()
        service.on(Methods.maintenanceServiceVerifyAuditLog) { _ in
            Proto.VerifyAuditLogResponse(
                intact: false, events: 12,
                faults: [
                    ("changed", 2), ("removed", 4), ("reordered", 6), ("truncated", 13), ("head_changed", 12),
                    ("from_the_future", 1),
                ].map { Proto.AuditFault(problem: $0.0, seq: $0.1) },
                headHash: [UInt8](repeating: 0xAB, count: 32))
        }
        let result = await run("audit", "verify", service: service)
        #expect(result.status == .badData)
        expectGolden("audit-verify-broken", result.transcript)
    }
}

import Domain
import ReviewPackAPI
import Storage
import TTRPC
import TestTags
import Testing

@testable import Daemon

@Suite("Generating", .tags(.packs))
struct GenerateTests {
    @Test("a tenant without any data still gets a ready pack")
    func emptyTenant() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let response = try await fixture.generate()
        #expect(response.outcome == .created)
        let pack = try await fixture.finished(response.pack?.id ?? "")
        #expect(pack.status == .ready)
        #expect(pack.summary?.findings == 0)
        #expect(pack.expiresAt == pack.generatedAt?.advanced(byDays: 90))
    }

    @Test("the same evidence again returns the ready pack and writes nothing")
    func reuse() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.importFindings([.low, .critical])
        let first = try await fixture.finished(fixture.generate().pack?.id ?? "")
        fixture.advance(days: 1)
        let again = try await fixture.generate()
        #expect(again.outcome == .reused)
        #expect(again.pack?.id == first.id)
        #expect(try await fixture.call(Methods.reviewPackServiceList, Proto.ListPacksRequest()).packs.count == 1)
    }

    @Test("changed evidence or another option gives another pack")
    func change() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.importFindings([.low])
        let first = try await fixture.finished(fixture.generate().pack?.id ?? "")
        let redacted = try await fixture.finished(fixture.generate(includePII: false).pack?.id ?? "")
        #expect(redacted.status == .ready)
        #expect(redacted.fingerprint != first.fingerprint)
        try await fixture.importFindings([.low, .high])
        let third = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(third.fingerprint != first.fingerprint)
        #expect(third.summary?.findings == 2)
    }

    @Test("of fifty callers at once for one tenant exactly one creates a pack, and each other learns its id")
    func race() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let outcomes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await fixture.reason {
                        let response = try await fixture.generate()
                        #expect(response.outcome == .created || response.outcome == .reused)
                        if response.outcome == .created { throw Created() }
                    } ?? "reused"
                }
            }
            return await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == "created" }.count == 1)
        #expect(Set(outcomes).isSubset(of: ["created", "reused", "GENERATION_IN_PROGRESS"]))
    }

    @Test("a caller whose share of generations is full gets JOB_LIMIT until one has ended")
    func share() async throws {
        var settings = Settings()
        settings.generationsPerUser = 1
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(settings: settings, faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        let first = try await fixture.generate().pack?.id ?? ""
        #expect(
            await fixture.reason { try await fixture.generate(tenant: ServiceFixture.fabrikam) } == "JOB_LIMIT")
        gate.open()
        _ = try await fixture.finished(first)
        let second = try await fixture.generate(tenant: ServiceFixture.fabrikam)
        #expect(try await fixture.finished(second.pack?.id ?? "").status == .ready)
    }

    @Test("as many generations run at a time as the setting says", arguments: [1, 2])
    func concurrency(limit: Int) async throws {
        var settings = Settings()
        settings.concurrentGenerations = limit
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(settings: settings, faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        let first = try await fixture.generate().pack?.id ?? ""
        await gate.reached()
        let second = try await fixture.generate(tenant: ServiceFixture.fabrikam).pack?.id ?? ""
        // With one place, nothing of the second can have begun; with two, it ends while the first one stands.
        if limit == 1 {
            #expect(fixture.core.generations.counts == (waiting: 1, running: 1))
            gate.open()
        }
        #expect(try await fixture.finished(second).status == .ready)
        gate.open()
        #expect(try await fixture.finished(first).status == .ready)
    }

    @Test("regenerating starts from that pack's options and names its fingerprint")
    func regenerate() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.importFindings([.low])
        let first = try await fixture.finished(fixture.generate(includePII: false).pack?.id ?? "")
        let unchanged = try await fixture.generate(regenerateFrom: first.id)
        #expect(unchanged.outcome == .reused)
        try await fixture.importFindings([.low, .high])
        let second = try await fixture.finished(fixture.generate(regenerateFrom: first.id).pack?.id ?? "")
        #expect(second.options?.includePII == false)
        #expect(second.previousFingerprint == first.fingerprint)
    }

    @Test("a retry with the same request_id gives the same pack; another request with it is refused")
    func requestID() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        var request = Proto.GenerateRequest()
        request.tenant = ServiceFixture.contoso
        request.requestID = "01890a5d-ac96-774b-bcce-b302099a8057"
        let first = try await fixture.call(Methods.reviewPackServiceGenerate, request)
        let second = try await fixture.call(Methods.reviewPackServiceGenerate, request)
        #expect(first.pack?.id == second.pack?.id)
        #expect(second.outcome == .created)
        request.includePII = false
        #expect(
            await fixture.reason { _ = try await fixture.call(Methods.reviewPackServiceGenerate, request) }
                == "REQUEST_ID_REUSED")
        _ = try await fixture.finished(first.pack?.id ?? "")
    }

    @Test("an active pack of the tenant refuses with its id")
    func active() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(.generating)
        do {
            _ = try await fixture.generate()
            Issue.record("it was created")
        } catch let failure as RPCFailure {
            let info = try GoogleRPC.ErrorInfo(serialized: failure.details.first?.value ?? [])
            #expect(failure.code == .aborted)
            #expect(info.metadata["pack"] == pack.id.description)
        }
    }

    @Test("a drain ends what waits as interrupted and lets what runs finish")
    func drain() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let id = try await fixture.generate().pack?.id ?? ""
        await fixture.core.drain(deadline: .seconds(30))
        let pack = try #require(try await fixture.store.pack(PackID(id)!))
        #expect(pack.storedStatus == .ready || pack.failureReason == .interrupted)
        #expect(await fixture.reason { try await fixture.generate(tenant: ServiceFixture.contoso) } == "DRAINING")
    }
}

private struct Created: Error, CustomStringConvertible { var description: String { "created" } }

import Domain
import Foundation
import TestTags
import Testing

@testable import Storage

@Suite("A clock that jumped", .tags(.upkeep))
struct ClockTrustTests {
    private func prune(_ test: TestStore, force: Bool = false) async throws -> PruneResult {
        try await test.store.prune(PruneOptions(hardDelete: true, force: force), stamp: TestStore.owner)
    }

    /// A ready pack, and a prune that knows what time it is.
    private func pruned() async throws -> (TestStore, TenantRecord, PackRecord) {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.ready, of: tenant)
        _ = try await prune(test)
        return (test, tenant, pack)
    }

    private func isThere(_ test: TestStore, _ pack: PackRecord) throws -> Bool {
        try test.exports().contains(try #require(pack.file))
    }

    @Test("takes no bytes at one prune, which says what it held back; put right, the pack is as it was")
    func onePrune() async throws {
        let (test, _, pack) = try await pruned()
        test.clock.advance(days: 100)
        #expect(try await test.store.pack(pack.id)?.status(at: test.clock.now) == .expired, "reads go by the clock")
        let plan = try await test.store.planPrune(PruneOptions())
        #expect(plan.expire.isEmpty && plan.warning != nil)
        let result = try await prune(test)
        #expect(result.expired == 0)
        let warning = try #require(result.warning)
        #expect(warning.contains("1 review pack past their time") && warning.contains("--force"))
        #expect(warning.contains("a day later"))
        test.clock.advance(days: -100)
        #expect(try await prune(test).warning == nil)
        #expect(try await test.store.pack(pack.id) == pack)
        #expect(try isThere(test, pack))
    }

    @Test("takes none by asking again and again, also after a restart, until a day has passed")
    func aDayLater() async throws {
        let (owner, _, pack) = try await pruned()
        var test = owner
        test.clock.advance(days: 100)
        for _ in 0..<3 {
            #expect(try await prune(test).warning != nil)
            test.clock.advance(minutes: 60)
            test = try await test.reopened()
        }
        test.clock.advance(minutes: 22 * 60)
        #expect(try await prune(test).expired == 1)
        #expect(try !isThere(test, pack))
        #expect(try await prune(test).warning == nil)
    }

    @Test("is not believed for one that another jump made, or that was long ago")
    func otherJump() async throws {
        let (test, _, pack) = try await pruned()
        test.clock.advance(days: 100)
        #expect(try await prune(test).warning != nil)
        test.clock.advance(days: 60)
        #expect(try await prune(test).warning != nil, "sixty days later is no day later")
        test.clock.advance(days: -160 + 1)
        #expect(try await prune(test).warning == nil)
        #expect(try isThere(test, pack))
        // What doubted the clock before this prune is no witness after it.
        test.clock.advance(days: 102)
        #expect(try await prune(test).warning != nil)
        #expect(try isThere(test, pack))
    }

    @Test("is believed at once with force")
    func force() async throws {
        let (test, _, pack) = try await pruned()
        test.clock.advance(days: 100)
        #expect(try await prune(test, force: true).expired == 1)
        #expect(try !isThere(test, pack))
    }

    @Test("takes no bytes at a generation either, neither when it is asked for nor when it is done")
    func generation() async throws {
        let (test, tenant, pack) = try await pruned()
        test.clock.advance(days: 100)
        try await test.change(tenant)
        let queued = try await test.generate(tenant).pack
        #expect(queued.storedStatus == .queued)
        #expect(try isThere(test, pack))
        let next = try await test.complete(queued)
        #expect(next.storedStatus == .ready)
        test.clock.advance(days: -100)
        #expect(try await test.store.pack(pack.id) == pack)
        #expect(try test.exports().count == 2)
    }

    @Test("lets no generation take the place of a pack of the same evidence, and says why")
    func sameEvidence() async throws {
        let (test, tenant, pack) = try await pruned()
        test.clock.advance(days: 100)
        let error = await #expect(throws: ProductError.self) { _ = try await test.generate(tenant) }
        #expect(error?.reason == .wrongState && error?.metadata["pack"] == pack.id.description)
        #expect(error?.message.contains("the clock is more than 30 days past the last prune") == true)
        // Explicitly expired it goes, whatever the clock says.
        _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        #expect(try !isThere(test, pack))
        _ = try await test.generate(tenant)
    }

    @Test("lets a pack that turns out to hold the evidence of one past its time fail as held back, and keeps that one")
    func sameEvidenceWhenDone() async throws {
        let (test, tenant, pack) = try await pruned()
        test.clock.advance(days: 100)
        let queued = try await test.generate(tenant, PackOptions(includePII: false)).pack
        let generating = try await test.store.markGenerating(queued.id)
        let file = try test.write(generating, [1, 2, 3])
        let outcome = try await test.store.completePack(
            test.completion(generating, try #require(pack.fingerprint), [1, 2, 3]), in: file)
        #expect(outcome.storedStatus == .failed && outcome.failureReason == .heldBack)
        #expect(outcome.supersededBy == nil)
        #expect(try test.exports() == [pack.file])
        test.clock.advance(days: -100)
        #expect(try await test.store.pack(pack.id) == pack)
    }

    @Test("takes nothing at a start")
    func start() async throws {
        let (test, _, pack) = try await pruned()
        test.clock.advance(days: 100)
        let again = try await test.reopened()
        _ = try await again.store.recover()
        #expect(try isThere(again, pack))
    }

    @Test("and stood behind is doubted, until a prune a day later finds it going on from there")
    func behind() async throws {
        let (test, _, pack) = try await pruned()
        test.clock.advance(days: 80)
        #expect(try await prune(test, force: true).expired == 0)
        test.clock.advance(days: -60)
        #expect(try await prune(test).warning != nil)
        test.clock.advance(days: 1)
        #expect(try await prune(test).warning == nil)
        test.clock.advance(days: 1)
        #expect(try await prune(test).warning == nil, "the newest prune counts, not the one with the latest time")
        #expect(try isThere(test, pack))
    }
}

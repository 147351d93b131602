import Domain
import Evidence
import TestTags
import Testing

@testable import Storage

@Suite("Cancelling a generation", .tags(.packs))
struct CancellationTests {
    @Test(
        "ends a queued or generating pack as failed, tells its initiator, and names who asked",
        arguments: [PackStatus.queued, .generating])
    func active(status: PackStatus) async throws {
        let test = try TestStore()
        let pack = try await test.pack(status, of: try await test.tenant())
        let stamp = ActionStamp(actor: Actor(uid: 7, onBehalfOf: "anna"), method: "Cancel")
        let cancelled = try await test.store.cancelPack(pack.id, stamp: stamp)
        #expect(cancelled.storedStatus == .failed && cancelled.failureReason == .cancelled)
        let run = try await test.store.operationRun(pack.operationRunID, inSight: { _, _ in true })
        #expect(run?.run.outcome == .failed && run?.run.reasonCode == "cancelled")
        let notes = try await test.store.listNotifications(
            for: [.user(uid: 1000)], unreadOnly: true, page: PageRequest(limit: 9)
        ).items
        #expect(notes.map(\.kind) == [.packFailed])
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 2)).items
        #expect(events.map(\.action) == ["review_pack.fail", "review_pack.cancel"])
        #expect(events[1].actor == stamp.actor && events[0].actor == pack.initiator)
        #expect(try await test.generate(try #require(try await test.store.tenant(pack.tenantID))).pack.id != pack.id)
    }

    @Test("a pack that was cancelled while it was being published stays failed, and its file goes")
    func publishing() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.generating, of: try await test.tenant())
        let bytes = Array("late".utf8)
        let file = try test.write(pack, bytes)
        _ = try await test.store.cancelPack(pack.id, stamp: TestStore.owner)
        let fingerprint = try #require(pack.fingerprint)
        let ended = try await test.store.completePack(test.completion(pack, fingerprint, bytes), in: file)
        #expect(ended.failureReason == .cancelled)
        #expect(try test.exports() == [])
    }

    @Test("a pack that has ended cannot be cancelled", arguments: [PackStatus.ready, .failed, .expired])
    func ended(status: PackStatus) async throws {
        let test = try TestStore()
        let pack = try await test.pack(status, of: try await test.tenant())
        #expect(await reason { _ = try await test.store.cancelPack(pack.id, stamp: TestStore.owner) } == .wrongState)
        #expect(try await test.store.pack(pack.id) == pack)
    }

    @Test("an interrupted cancel changes nothing")
    func interrupted() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.generating, of: try await test.tenant())
        let events = try await test.count("audit_event")
        test.faults.arm(.failBeforeCommit)
        await #expect(throws: (any Error).self) {
            _ = try await test.store.cancelPack(pack.id, stamp: TestStore.owner)
        }
        #expect(try await test.store.pack(pack.id) == pack)
        #expect(try await test.count("audit_event") == events)
    }
}

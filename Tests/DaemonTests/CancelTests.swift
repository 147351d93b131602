import Domain
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("Cancelling", .tags(.packs))
struct CancelTests {
    private func cancel(_ id: String, _ fixture: ServiceFixture) async throws -> Proto.Pack {
        try await fixture.call(Methods.reviewPackServiceCancel, Proto.CancelPackRequest(id: id)).pack ?? Proto.Pack()
    }

    @Test("a running generation ends failed as cancelled; the answer comes when its bytes are gone")
    func running() async throws {
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.importFindings()
        let id = try await fixture.generate().pack?.id ?? ""
        await gate.reached()
        let cancelling = Task { try await self.cancel(id, fixture) }
        let seen = try await fixture.finished(id)
        #expect(seen.status == .failed && seen.failureReason == "cancelled")
        #expect(try fixture.exportedFiles() != [], "the bytes are still being written")
        gate.open()
        #expect(try await cancelling.value.failureReason == "cancelled")
        #expect(try fixture.exportedFiles() == [])

        let notifications = try await fixture.call(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest()
        ).notifications
        #expect(notifications.map(\.kind) == ["review_pack.failed"])
        let events = try await fixture.call(
            Methods.maintenanceServiceListAuditEvents, Proto.ListAuditEventsRequest(pack: id, newestFirst: true)
        ).events
        #expect(events.map(\.action).prefix(2) == ["review_pack.fail", "review_pack.cancel"])
        #expect(events.dropFirst().first?.method == "reviewpack.v1.ReviewPackService/Cancel")
        let again = try await fixture.generate()
        #expect(try await fixture.finished(again.pack?.id ?? "").status == .ready)
    }

    @Test("a pack that waits ends at once, and the one that runs goes on")
    func waiting() async throws {
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        let running = try await fixture.generate().pack?.id ?? ""
        await gate.reached()
        let waiting = try await fixture.generate(tenant: ServiceFixture.fabrikam).pack?.id ?? ""
        #expect(try await cancel(waiting, fixture).failureReason == "cancelled")
        gate.open()
        #expect(try await fixture.finished(running).status == .ready)
        #expect(try fixture.exportedFiles().count == 1)
    }

    @Test("what has ended already cannot be cancelled", arguments: [PackStatus.ready, .failed, .expired])
    func ended(status: PackStatus) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(status)
        #expect(await fixture.reason { _ = try await self.cancel(pack.id.description, fixture) } == "WRONG_STATE")
    }

    @Test("deleting a tenant ends its running generation and leaves nothing of it", arguments: [true, false])
    func deletion(wholeWorkspace: Bool) async throws {
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.importFindings()
        let id = try await fixture.generate().pack?.id ?? ""
        await gate.reached()
        let deleting = Task {
            if wholeWorkspace {
                _ = try await fixture.call(
                    Methods.directoryServiceDeleteWorkspace, Proto.DeleteWorkspaceRequest(workspace: "msp"))
            } else {
                _ = try await fixture.call(
                    Methods.directoryServiceDeleteTenant, Proto.DeleteTenantRequest(tenant: ServiceFixture.contoso))
            }
        }
        #expect(await fixture.reason { _ = try await fixture.finished(id) } == "NOT_FOUND")
        gate.open()
        try await deleting.value
        #expect(try fixture.exportedFiles() == [])
        #expect(try await fixture.store.verifyAuditChain().isIntact)
        try await fixture.makeTenant()
        #expect(try await fixture.finished(fixture.generate().pack?.id ?? "").status == .ready)
    }
}

@Suite("Two prunes", .tags(.upkeep))
struct PruneAtOnceTests {
    @Test("the second is refused with PRUNE_IN_PROGRESS while the first runs, and may come afterwards")
    func exclusive() async throws {
        let gate = Gate(.pruneBeforeBatch)
        let fixture = try ServiceFixture(faults: gate.hook)
        try await fixture.makeTenant()
        _ = try await fixture.makePack(.ready)
        fixture.advance(days: 91)
        let first = Task { try await fixture.call(Methods.maintenanceServicePrune, Proto.PruneRequest()) }
        await gate.reached()
        #expect(
            await fixture.reason {
                _ = try await fixture.call(Methods.maintenanceServicePrune, Proto.PruneRequest())
            } == "PRUNE_IN_PROGRESS")
        gate.open()
        #expect(try await first.value.expired == 1)
        #expect(try await fixture.call(Methods.maintenanceServicePrune, Proto.PruneRequest()).expired == 0)
    }
}

import Foundation
import Glibc
import ReviewPackModel
import ReviewPackStore
import ReviewPackWire
import Synchronization
import Testing

@testable import ReviewPackService

@Suite("A fault during a generation")
struct GenerationFaultTests {
    /// Throws once at one step, when it is armed.
    final class Saboteur: Sendable {
        private let armed = Mutex<(point: FaultPoint, error: SystemError)?>(nil)

        func arm(_ point: FaultPoint, errno code: Int32) {
            armed.withLock { $0 = (point, SystemError(code, "test")) }
        }

        var hook: FaultHook {
            { [self] point in
                let error = armed.withLock { armed -> SystemError? in
                    guard let fault = armed, fault.point == point else { return nil }
                    armed = nil
                    return fault.error
                }
                if let error { throw error }
            }
        }
    }

    @Test(
        "at any step before the commit ends failed, with its reason in the run, a notification and no bytes left",
        arguments: [
            (.publishBeforeSync, EIO, .ioError), (.publishBeforeSync, ENOSPC, .storageFull),
            (.publishBeforeRename, EIO, .ioError), (.publishBeforeDirectorySync, EIO, .ioError),
            (.publishAfterDirectorySync, EDQUOT, .storageFull), (.completeBeforeCommit, ENOSPC, .storageFull),
        ] as [(FaultPoint, Int32, FailureReason)])
    func beforeCommit(point: FaultPoint, code: Int32, reason: FailureReason) async throws {
        let saboteur = Saboteur()
        let fixture = try ServiceFixture(faults: saboteur.hook)
        try await fixture.makeTenant()
        try await fixture.importFindings()
        saboteur.arm(point, errno: code)
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(pack.status == .failed)
        #expect(pack.failureReason == reason.rawValue)
        #expect(pack.sha256 == nil && pack.fileSize == nil)

        var request = Proto.GetOperationRequest()
        request.id = pack.operationRunID ?? ""
        let run = try #require(try await fixture.call(Methods.operationServiceGet, request).operation)
        #expect(run.outcome == .failed)
        #expect(run.reasonCode == reason.rawValue)
        #expect(run.context.contains("\"reason_code\":\"\(reason.rawValue)\""))

        let notifications = try await fixture.call(
            Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest()
        ).notifications
        let notification = try #require(notifications.first)
        #expect(notification.kind == "review_pack.failed")
        #expect(notification.pack == pack.id)
        #expect(notification.body.contains(reason.explanation))
        #expect(!notification.body.contains("/"))

        #expect(try fixture.exportedFiles() == [])
        let again = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(again.status == .ready)
    }

    @Test("after the commit leaves the pack ready with its bytes")
    func afterCommit() async throws {
        let saboteur = Saboteur()
        let fixture = try ServiceFixture(faults: saboteur.hook)
        try await fixture.makeTenant()
        saboteur.arm(.completeAfterCommit, errno: EIO)
        let id = try await fixture.generate().pack?.id ?? ""
        let pack = try await fixture.finished(id)
        #expect(pack.status == .ready)
        #expect(try fixture.exportedFiles().count == 1)
    }

    @Test("that exhausts its time ends it as timeout")
    func timeout() async throws {
        var policy = ServicePolicy()
        policy.generationTimeoutMinutes = 0
        let fixture = try ServiceFixture(policy: policy)
        try await fixture.makeTenant()
        let lines = (0..<4000).map { _ in Severity.low }
        try await fixture.importFindings(lines)
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(pack.failureReason == "timeout")
        #expect(try fixture.exportedFiles() == [])
    }
}

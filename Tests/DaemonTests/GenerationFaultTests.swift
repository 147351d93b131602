import Domain
import Foundation
import Generation
import Glibc
import ReviewPackAPI
import Storage
import Synchronization
import SystemIO
import TestTags
import Testing

@testable import Daemon

@Suite("A fault during a generation", .tags(.packs, .durability))
struct GenerationFaultTests {
    /// Throws at one or more steps, once for each time that it is armed.
    final class Saboteur: Sendable {
        private let armed = Mutex<[(point: FaultPoint, error: SystemError)]>([])

        func arm(_ point: FaultPoint, errno code: Int32) {
            armed.withLock { $0.append((point, SystemError(code, "test"))) }
        }

        var isSpent: Bool { armed.withLock { $0.isEmpty } }

        var hook: FaultHook {
            { [self] point in
                let error = armed.withLock { armed -> SystemError? in
                    armed.firstIndex { $0.point == point }.map { armed.remove(at: $0).error }
                }
                if let error { throw error }
            }
        }
    }

    @Test(
        "at any step before the commit ends failed, with its reason in the run, a notification and no bytes left",
        arguments: [
            (.markBeforeCommit, EIO, .ioError), (.markBeforeCommit, ENOSPC, .storageFull),
            (.snapshotBeforeRead, EIO, .ioError), (.publishBeforeSync, EIO, .ioError),
            (.publishBeforeSync, ENOSPC, .storageFull),
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

    @Test("that the renderer names keeps its reason")
    func rendererReasons() {
        for reason in FailureReason.allCases {
            #expect(GenerationRunner.classify(RenderError(reason, detail: "x")).0 == reason)
        }
        #expect(GenerationRunner.classify(CancellationError()).0 == .internalError)
    }

    @Test("that cannot be recorded at once is recorded when it can, so that its tenant gets another pack")
    func recordedLater() async throws {
        let saboteur = Saboteur()
        let fixture = try ServiceFixture(faults: saboteur.hook)
        try await fixture.makeTenant()
        saboteur.arm(.publishBeforeSync, errno: EIO)
        for _ in 0..<3 { saboteur.arm(.failBeforeCommit, errno: EIO) }
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(saboteur.isSpent)
        #expect(pack.failureReason == "io_error")
        #expect(try fixture.exportedFiles() == [])
        #expect(try await fixture.finished(fixture.generate().pack?.id ?? "").status == .ready)
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
        var settings = Settings()
        settings.generationTimeoutMinutes = 0
        let fixture = try ServiceFixture(settings: settings)
        try await fixture.makeTenant()
        let lines = (0..<4000).map { _ in Severity.low }
        try await fixture.importFindings(lines)
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(pack.failureReason == "timeout")
        #expect(try fixture.exportedFiles() == [])
    }
}

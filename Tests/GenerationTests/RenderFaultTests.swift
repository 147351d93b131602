import Bytes
import Domain
import Evidence
import Glibc
import TestTags
import Testing

@testable import Generation

@Suite("A rendering that cannot finish", .tags(.packs))
struct RenderFaultTests {
    /// The reason with which rendering into an unnamed file ends.
    private static func reason(
        _ evidence: EvidenceFixture, spool: String = "/tmp", control: RenderControl = RenderControl()
    ) throws -> FailureReason {
        try RenderingFixture.withUnnamedFile { file in
            try reason(evidence, into: file, spool: spool, control: control)
        }
    }

    private static func reason(
        _ evidence: EvidenceFixture, into file: Int32, spool: String = "/tmp", control: RenderControl = RenderControl()
    ) throws -> FailureReason {
        let renderer = PackRenderer(compressionThreads: 2, spoolDirectory: spool)
        let error = try #require(throws: RenderError.self) {
            try renderer.render(evidence, as: RenderingFixture.identity, to: file, control: control)
        }
        return error.reason
    }

    @Test("on a full disk is storage_full", arguments: [0, 3000])
    func fullDisk(findings: Int) throws {
        let file = open("/dev/full", O_RDWR)
        defer { close(file) }
        #expect(try Self.reason(DeterminismTests.largeTenant(findings), into: file) == .storageFull)
    }

    @Test("beyond the process's limit on file sizes is storage_full")
    func sizeLimit() async {
        // In a process of its own: the limit holds for all its files.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let reason = try Self.reason(DeterminismTests.largeTenant(3000))
            #expect(reason == .storageFull)
        }
    }

    @Test("into a descriptor that cannot be written is io_error")
    func brokenDescriptor() throws {
        #expect(try Self.reason(EvidenceFixture(), into: -1) == .ioError)
    }

    @Test("without its spool folder is io_error")
    func noSpoolFolder() throws {
        var evidence = EvidenceFixture()
        evidence.payloads[.permissionPosture] = EvidenceFixture.incompressibleString(bytes: 3 << 20)
        #expect(try Self.reason(evidence, spool: "/tmp/no/such/folder") == .ioError)
    }

    @Test("ends with the first reason it was cancelled for", arguments: [FailureReason.cancelled, .timeout])
    func cancelled(reason: FailureReason) throws {
        let control = RenderControl()
        var evidence = DeterminismTests.largeTenant(3000)
        evidence.beforeFinding = { index in
            if index == 1500 {
                control.cancel(reason: reason)
                control.cancel(reason: .internalError)
            }
        }
        #expect(try Self.reason(evidence, control: control) == reason)
        #expect(control.findingsDone == 1500)
        #expect(control.phase == .findings)
    }

    @Test("whose evidence fails is internal, and after a cancellation what it was cancelled for")
    func evidenceFails() throws {
        struct Broken: Error {}
        var evidence = DeterminismTests.largeTenant(10)
        evidence.beforeFinding = { _ in throw Broken() }
        #expect(try Self.reason(evidence) == .internalError)
        let control = RenderControl()
        evidence.beforeFinding = { _ in
            control.cancel(reason: .interrupted)
            throw Broken()
        }
        #expect(try Self.reason(evidence, control: control) == .interrupted)
    }

    @Test("whose identities differ the second time is internal, not a crash")
    func identitiesGrow() throws {
        let evidence = GrowingIdentities(base: MarkedTenant.evidence)
        try RenderingFixture.withUnnamedFile { file in
            let error = try #require(throws: RenderError.self) {
                try RenderingFixture.renderer().render(
                    evidence, as: MarkedTenant.identity, to: file, control: RenderControl())
            }
            #expect(error.reason == .internalError)
        }
    }

    @Test("tells how far it came")
    func progress() throws {
        let control = RenderControl()
        #expect(control.phase == .waiting)
        _ = try RenderingFixture.render(DeterminismTests.largeTenant(10), control: control)
        #expect(control.phase == .finished)
        #expect(control.findingsDone == 10)
        #expect(!control.isCancelled)
    }
}

/// Evidence that breaks its promise: each reading of the identities finds one more.
private final class GrowingIdentities: TenantEvidence {
    private let base: EvidenceFixture
    private var readings = 0

    init(base: EvidenceFixture) { self.base = base }

    var workspaceName: String { base.workspaceName }
    var workspaceID: WorkspaceID { base.workspaceID }
    var tenantID: TenantID { base.tenantID }
    var tenantExternalID: TenantExternalID { base.tenantExternalID }
    var tenantName: String { base.tenantName }
    func fingerprint(options: PackOptions) throws -> Digest256 { try base.fingerprint(options: options) }
    func hardening() throws -> HardeningSettings? { nil }
    func report(_ type: ReportType) throws -> ReportRecord? { nil }
    func readPayload(of type: ReportType, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {}
    func findingsCount() throws -> Int64 { 0 }
    func forEachFinding(_ body: (borrowing FindingRow) throws -> Void) throws {}
    func forEachCheckText(_ body: (borrowing CheckTextRow) throws -> Void) throws {}
    func forEachOperation(
        since start: UnixMillis, excluding excluded: OperationRunID?, _ body: (OperationRecord) throws -> Void
    ) throws {}
    func sources() throws -> [SourceFreshness] { [] }

    func forEachIdentity(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        readings += 1
        for number in 0..<readings { try Array("somebody\(number)@x.org".utf8).withUnsafeBytes(body) }
    }
}

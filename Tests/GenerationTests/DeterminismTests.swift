import Domain
import Glibc
import PackFormat
import TestTags
import Testing

@testable import Generation

@Suite("The same evidence, clock and pack id", .tags(.determinism))
struct DeterminismTests {
    /// Enough rows for several deflate blocks.
    static func largeTenant(_ rows: Int) -> EvidenceFixture {
        var evidence = PackRendererTests.smallTenant
        let template = evidence.findings[0]
        evidence.findings = (0..<rows).map { number in
            var finding = template
            finding.resourceID = "resource-\(number)-\(number &* 2_654_435_761 % 1_000_003)"
            return finding
        }
        return evidence
    }

    @Test("give the same bytes for 1, 2 and 7 threads", arguments: [true, false])
    func threads(includePII: Bool) throws {
        let evidence = Self.largeTenant(3000)
        let identity = RenderingFixture.identity(includePII: includePII)
        let one = try RenderingFixture.render(evidence, as: identity, threads: 1)
        for threads in [2, 7] {
            let other = try RenderingFixture.render(evidence, as: identity, threads: threads)
            #expect(one.archive == other.archive)
            #expect(one.pack == other.pack)
        }
    }

    @Test("give the same bytes in any time zone and language")
    func environment() async throws {
        // In a process of its own: the environment belongs to all threads.
        await #expect(processExitsWith: .success) {
            let identity = RenderingFixture.identity(includePII: false)
            let before = try RenderingFixture.render(MarkedTenant.evidence, as: identity)
            for name in ["LANG", "LC_ALL"] { setenv(name, "tr_TR.UTF-8", 1) }
            setenv("TZ", "Pacific/Kiritimati", 1)
            tzset()
            setlocale(LC_ALL, "")
            let after = try RenderingFixture.render(MarkedTenant.evidence, as: identity)
            #expect(after.archive == before.archive)
        }
    }

    @Test("and another pack id, other bytes, but the same findings")
    func otherPack() throws {
        var identity = RenderingFixture.identity(includePII: false)
        let one = try RenderingFixture.render(MarkedTenant.evidence, as: identity)
        identity.packID = PackID(high: 9, low: 9)
        let other = try RenderingFixture.render(MarkedTenant.evidence, as: identity)
        #expect(one.archive != other.archive)
        #expect(one[.findings] == other[.findings])
    }
}

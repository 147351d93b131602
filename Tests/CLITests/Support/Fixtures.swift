import Domain
import ReviewPackAPI

/// Values that the tests' services answer with.
enum Fixture {
    static let tenant = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"
    static let packID = "0199f3a2-7b1c-7def-8123-456789abcdef"
    static let runID = "0199f3a2-7b1c-7000-8000-0000000000aa"
    /// 2026-02-25T06:13:20Z.
    static let now = UnixMillis(1_772_000_000_000)

    static func pack(
        _ status: Proto.PackStatus, id: String = packID, tenantName: String = "Contoso Ltd", size: Int64 = 12_595
    ) -> Proto.Pack {
        var pack = Proto.Pack()
        pack.id = id
        pack.workspace = "contoso"
        pack.tenantExternalID = tenant
        pack.tenantName = tenantName
        pack.status = status
        pack.options = Proto.PackOptions(includePII: false, includeOperations: true)
        pack.initiator = "uid:1000"
        pack.operationRunID = runID
        pack.createdAt = now
        pack.updatedAt = now.advanced(byMilliseconds: 1500)
        if status == .failed { pack.failureReason = "storage_full" }
        if status == .ready || status == .expired {
            pack.fingerprint = [UInt8](repeating: 0xF1, count: 32)
            pack.generatedAt = now.advanced(byMilliseconds: 1234)
            pack.expiresAt = now.advanced(byDays: 90)
            pack.fileName = "review-pack-\(tenant)-2026-02-25.zip"
            pack.fileSize = size
            pack.sha256 = [UInt8](repeating: 0xAB, count: 32)
            pack.summary = summary
        }
        return pack
    }

    static var summary: Proto.PackSummary {
        var summary = Proto.PackSummary()
        summary.findings = 4
        summary.findingsOpen = 3
        summary.findingsAcknowledged = 1
        summary.bySeverity = [
            Proto.SeverityCount(severity: "low", findings: 0), Proto.SeverityCount(severity: "high", findings: 3),
            Proto.SeverityCount(severity: "critical", findings: 1),
        ]
        summary.operations = 2
        summary.hasEntraAdminRoles = true
        summary.redactions = 7
        summary.sources = [source]
        return summary
    }

    static var source: Proto.SourceFreshness {
        var source = Proto.SourceFreshness()
        source.source = "prowler"
        source.toolVersion = "5.12.0"
        source.lastRunAt = now.advanced(byDays: -3)
        source.checksEvaluated = 120
        source.passed = 100
        source.failed = 18
        source.manual = 2
        source.stale = true
        return source
    }
}

import Bytes
import Domain
import ReviewPackAPI
import Storage

// From the store's records to messages; what must not leave the daemon (paths, row ids) has no field to go to.

extension Proto.PackStatus {
    init(_ status: PackStatus) { self.init(rawValue: Int32(status.rawValue)) }
}

extension PackStatus {
    init?(_ status: Proto.PackStatus) {
        guard let raw = UInt8(exactly: status.rawValue) else { return nil }
        self.init(rawValue: raw)
    }
}

extension Proto.Pack {
    /// A pack as it stands at `now`: one past its expiry is shown as expired.
    init(_ pack: PackRecord, now: UnixMillis, staleAfterHours: Int) {
        self.init()
        id = pack.id.description
        workspace = pack.workspaceName
        tenantExternalID = pack.tenantExternalID.description
        tenantName = pack.tenantName
        status = Proto.PackStatus(pack.status(at: now))
        failureReason = pack.failureReason?.rawValue
        fingerprint = pack.fingerprint?.bytes
        previousFingerprint = pack.previousFingerprint?.bytes
        var options = Proto.PackOptions()
        options.includePII = pack.options.includePII
        options.includeOperations = pack.options.includeOperations
        self.options = options
        summary = pack.summary.map { Proto.PackSummary($0, now: now, staleAfterHours: staleAfterHours) }
        initiator = pack.initiator.initiator
        onBehalfOf = pack.initiator.onBehalfOf?.text
        operationRunID = pack.operationRunID.description
        fileName = pack.downloadName
        fileSize = pack.fileSize
        sha256 = pack.sha256?.bytes
        generatedAt = pack.generatedAt
        expiresAt = pack.expiresAt
        createdAt = pack.createdAt
        updatedAt = pack.updatedAt
    }
}

extension Proto.PackSummary {
    init(_ summary: PackSummary, now: UnixMillis, staleAfterHours: Int) {
        self.init()
        findings = summary.findings
        findingsOpen = summary.findingsOpen
        findingsAcknowledged = summary.findingsAcknowledged
        bySeverity = zip(Severity.allCases, summary.findingsBySeverity).map(Proto.SeverityCount.init)
        operations = summary.operations
        hasPermissionPosture = summary.hasPermissionPosture
        hasEntraAdminRoles = summary.hasEntraAdminRoles
        hasHardening = summary.hasHardening
        redactions = summary.redactions
        sources = summary.sources.map { Proto.SourceFreshness($0, now: now, staleAfterHours: staleAfterHours) }
    }
}

extension Proto.SeverityCount {
    init(_ severity: Severity, _ findings: Int64) {
        self.init()
        self.severity = severity.word
        self.findings = findings
    }
}

extension Proto.SourceFreshness {
    init(_ source: SourceFreshness, now: UnixMillis, staleAfterHours: Int) {
        self.init()
        self.source = source.source
        toolVersion = source.toolVersion
        lastRunID = source.lastRunID
        lastRunAt = source.lastRunAt
        lastImportedAt = source.lastImportedAt
        checksEvaluated = source.checksEvaluated
        passed = source.passed
        failed = source.failed
        manual = source.manual
        errors = source.errors
        let limit = now.advanced(byHours: -staleAfterHours)
        stale = source.lastRunAt.map { $0 < limit } ?? true
    }
}

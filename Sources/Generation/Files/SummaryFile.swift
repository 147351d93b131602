import Bytes
import Domain
import Evidence
import JSONTokens
import PackFormat

/// Renders summary.json: what a reader wants to know first, and whether a source was silent or clean.
enum SummaryFile {
    static func render(
        _ summary: PackSummary, of evidence: some TenantEvidence, as identity: PackIdentity,
        redactor: inout FieldRedactor, to content: inout some MemberContent & ~Copyable
    ) throws {
        var json = JSONWriter(style: .indented)
        json.beginObject()
        json.member("schema", PackFile.summary.schema)
        json.tenant(evidence)
        json.member("generated_at", identity.generatedAt)
        writeFindings(summary, to: &json)
        json.key("sources")
        json.beginArray()
        for source in summary.sources { try write(source, to: &json, &redactor) }
        json.endArray()
        json.key("data_freshness")
        json.beginArray()
        for source in summary.sources {
            try writeFreshness(of: source, at: identity.generatedAt, to: &json, &redactor)
        }
        json.endArray()
        try writeReports(of: evidence, isRedacted: !identity.options.includePII, to: &json)
        json.key("hardening")
        json.beginObject()
        json.member("present", summary.hasHardening)
        json.endObject()
        json.key("operations")
        json.beginObject()
        json.member("included", identity.options.includeOperations)
        json.member("total", summary.operations)
        json.endObject()
        try json.finish(to: &content)
    }

    private static func writeFindings(_ summary: PackSummary, to json: inout JSONWriter) {
        json.key("findings")
        json.beginObject()
        json.member("total", summary.findings)
        json.key("by_status")
        json.beginObject()
        json.member(FindingStatus.open.word, summary.findingsOpen)
        json.member(FindingStatus.acknowledged.word, summary.findingsAcknowledged)
        json.endObject()
        json.key("by_severity")
        json.beginObject()
        for severity in Severity.allCases.reversed() {
            json.member(severity.word, summary.findingsBySeverity[Int(severity.rawValue)])
        }
        json.endObject()
        json.endObject()
    }

    private static func write(
        _ source: SourceFreshness, to json: inout JSONWriter, _ redactor: inout FieldRedactor
    ) throws {
        json.beginObject()
        json.member("source", try redactor.string(.word, source.source))
        json.member("tool_version", try source.toolVersion.map { try redactor.string(.tenantText, $0) })
        json.member("last_run_id", try lastRunID(of: source, &redactor))
        json.member("last_run_at", source.lastRunAt)
        json.member("checks_evaluated", source.checksEvaluated)
        json.member("passed", source.passed)
        json.member("failed", source.failed)
        json.member("manual", source.manual)
        json.member("error", source.errors)
        json.endObject()
    }

    /// The run's id. One that is the SHA-256 of the scanner's file is left out without personal data: a small file is
    /// guessed from the rest of the pack and an address book, and the digest would confirm the guess.
    private static func lastRunID(of source: SourceFreshness, _ redactor: inout FieldRedactor) throws -> String? {
        guard let id = source.lastRunID, !redactor.isActive || Digest256(hex: id) == nil else { return nil }
        return try redactor.string(.tenantText, id)
    }

    private static func writeFreshness(
        of source: SourceFreshness, at now: UnixMillis, to json: inout JSONWriter, _ redactor: inout FieldRedactor
    ) throws {
        json.beginObject()
        json.member("source", try redactor.string(.word, source.source))
        json.member("measured_at", source.lastRunAt)
        json.member("imported_at", source.lastImportedAt)
        json.key("age_seconds")
        if let measured = source.lastRunAt {
            // Both are legal times, so their difference cannot overflow.
            json.integer((now.rawValue - measured.rawValue) / 1000)
        } else {
            json.null()
        }
        json.endObject()
    }

    private static func writeReports(
        of evidence: some TenantEvidence, isRedacted: Bool, to json: inout JSONWriter
    ) throws {
        json.key("reports")
        json.beginObject()
        for type in [ReportType.entraAdminRoles, .permissionPosture] {
            let report = try evidence.report(type)
            json.key(type.word)
            json.beginObject()
            json.member("present", report != nil)
            json.member("fingerprint", isRedacted ? nil : report?.fingerprint)
            json.member("measured_at", report?.measuredAt)
            json.endObject()
        }
        json.endObject()
    }
}

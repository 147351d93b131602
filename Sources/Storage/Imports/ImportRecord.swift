import Bytes
import Domain
import Evidence
import Foundation
import GRDB

/// What an import leaves behind beside its data: an operation run with its context, an audit event, a retry key.
///
/// The context is what the result is told from again when a request is retried, so both always say the same.
struct ImportRecord: Codable {
    var counts: ImportCounts
    var warnings: [String]
    var inputSHA256: String
    var rejections: [String]
    var run: ImportedRun?
    var report: ImportedReport?

    private enum CodingKeys: String, CodingKey {
        case counts, warnings, rejections, run, report
        // In the form that the coders' snake case strategy takes to `input_sha256` and back.
        case inputSHA256 = "inputSha256"
    }

    /// Most warnings that an operation run keeps; the last one says how many more there were.
    static let warningLimit = 100

    func result(_ id: OperationRunID, isReplay: Bool) -> ImportResult {
        ImportResult(
            operationRunID: id, counts: counts, warnings: warnings,
            inputSHA256: Digest256(hex: inputSHA256) ?? .zero, rejections: rejections, run: run, report: report,
            isReplay: isReplay)
    }

    fileprivate var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    fileprivate init(json: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(ImportRecord.self, from: Data(json.utf8))
    }

    init(
        counts: ImportCounts, warnings: [String] = [], inputSHA256: Digest256, rejections: [String] = [],
        run: ImportedRun? = nil, report: ImportedReport? = nil
    ) {
        self.counts = counts
        self.warnings = warnings
        self.inputSHA256 = inputSHA256.description
        self.rejections = rejections
        self.run = run
        self.report = report
    }
}

/// Which import it is, for its operation run and its audit event.
struct ImportKind {
    var operation: OperationType
    var action: AuditAction

    static let findings = ImportKind(operation: .importFindings, action: .importFindings)
    static let report = ImportKind(operation: .importReport, action: .importReport)
    static let operations = ImportKind(operation: .importOperations, action: .importOperations)
    static let hardening = ImportKind(operation: .importHardening, action: .putHardening)
}

extension ActionStamp {
    /// The request's digest together with that of the bytes that it brought: a retry must bring both.
    func digest(withInput sha256: Digest256) -> Digest256 {
        var encoding = CanonicalEncoding(tag: "RPIM", version: 1)
        encoding.append(requestDigest ?? .zero)
        encoding.append(sha256)
        return Digest256(hashing: encoding.bytes)
    }
}

extension WriteTransaction {
    /// The result of this very request when it was carried out before. `digest` covers the request and the imported
    /// bytes.
    func earlierImport(_ stamp: ActionStamp, digest: Digest256) throws -> ImportResult? {
        guard let reference = try earlierEffect(of: stamp, digest: digest), let id = OperationRunID(reference),
            let context = try String.fetchOne(
                database.cachedStatement(sql: "SELECT context FROM operation_run WHERE id = ? AND imported = 0"),
                arguments: [id])
        else { return nil }
        return try ImportRecord(json: context).result(id, isReplay: true)
    }

    /// Records a finished import: its run, its audit event and its retry key.
    func recordImport(
        _ kind: ImportKind, _ record: ImportRecord, tenant: TenantKey, startedAt: UnixMillis, stamp: ActionStamp,
        digest: Digest256
    ) throws -> ImportResult {
        let id = try recordRun(of: kind, record, tenant: tenant, startedAt: startedAt, stamp: stamp)
        try remember(id.description, of: stamp, digest: digest)
        return record.result(id, isReplay: false)
    }

    /// Records the operation run and the audit event of an import that has ended; with `failure`, a reason code, of one
    /// that failed.
    func recordRun(
        of kind: ImportKind, _ record: ImportRecord, tenant: TenantKey, startedAt: UnixMillis, stamp: ActionStamp,
        failure: String? = nil
    ) throws -> OperationRunID {
        let id: OperationRunID = newID()
        let outcome: OperationOutcome = failure == nil ? .succeeded : .failed
        try execute(
            """
            INSERT INTO operation_run (id, tenant, type, status, outcome, reason_code, initiator, on_behalf_of,
                started_at, finished_at, context)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, tenant.number, kind.operation.rawValue, OperationStatus.completed, outcome, failure,
                stamp.actor.initiator, stamp.actor.onBehalfOf, startedAt, now, try record.json,
            ])
        try audit(
            AuditEntry(
                kind.action, outcome: failure == nil ? .ok : .failed, reason: failure,
                workspaceID: tenant.workspaceID, tenantID: tenant.id,
                details: [
                    "operation_run": id.description, "input_sha256": record.inputSHA256,
                    "records": String(record.counts.read),
                ]),
            stamp)
        return id
    }

    /// The most scanners of one tenant: each is shown with the tenant and in every pack's summary, which are one
    /// message.
    static let sourceLimit = 64

    /// Throws INVALID_RECORD when the tenant would come to have more sources than `sourceLimit`.
    func requireRoom(forSources names: [String], of tenant: Int64) throws {
        let known = try String.fetchSet(
            database.cachedStatement(sql: "SELECT source FROM source_state WHERE tenant = ?"), arguments: [tenant])
        let more = Set(names).subtracting(known)
        guard !more.isEmpty, known.count + more.count > Self.sourceLimit else { return }
        throw IngestError(
            .tooMany,
            "the tenant would have results of \(known.count + more.count) sources; \(Self.sourceLimit) is the limit",
            field: "source"
        ).productError
    }

    /// Notes that a source delivered something: newer runs replace what is known of the older, unless that is of the
    /// future.
    func noteSource(
        _ source: String, tenant: Int64, toolVersion: String? = nil, runID: String? = nil, runAt: UnixMillis?,
        checks: Int = 0, passed: Int = 0, failed: Int = 0, manual: Int = 0, errors: Int = 0
    ) throws {
        try execute(
            """
            INSERT INTO source_state (tenant, source, tool_version, last_run_id, last_run_at, last_imported_at,
                checks_evaluated, passed, failed, manual, errors)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (tenant, source) DO UPDATE SET tool_version = ?3, last_run_id = ?4, last_run_at = ?5,
                checks_evaluated = ?7, passed = ?8, failed = ?9, manual = ?10, errors = ?11
                WHERE last_run_at IS NULL OR last_run_at <= ?5 OR last_run_at > ?12
            """,
            [
                tenant, source, toolVersion, runID, runAt, now, checks, passed, failed, manual, errors,
                TimeGuard(now: now).horizon,
            ])
        try execute(
            "UPDATE source_state SET last_imported_at = ? WHERE tenant = ? AND source = ?", [now, tenant, source])
    }
}

extension ImportRecord {
    /// Warnings as sentences, cut to the limit.
    static func sentences(_ warnings: IngestWarnings) -> [String] {
        var sentences = warnings.examples.prefix(warningLimit - 1).map { example in
            "line \(example.position.line): \(example.kind.rawValue): \(example.text)"
        }
        if warnings.total > sentences.count { sentences.append("and \(warnings.total - sentences.count) more") }
        return sentences
    }
}

extension WriteTransaction {
    /// Throws SCOPE_LIMIT when an import that added `inserted` findings has given the tenant more than it may have.
    func requireRoom(forFindingsOf tenant: Int64, inserted: Int64) throws {
        guard inserted > 0 else { return }
        let count = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT sum(findings) FROM finding_count WHERE tenant = ?"),
            arguments: [tenant])
        guard count ?? 0 > limits.findings else { return }
        throw ProductError(
            .scopeLimit,
            """
            this tenant would have \(count ?? 0) findings, more than the limit of \(limits.findings); run prune, which \
            removes old resolved findings, or raise findings_per_tenant
            """,
            metadata: ["limit": "\(limits.findings)"])
    }

    /// What is now stored of the report, and whether it is the one that packs take.
    func importedReport(_ type: ReportType, _ input: StagedReport, tenant: Int64) throws -> ImportedReport {
        let latest = try StoredReport.latest(type, of: tenant, database)?.record.fingerprint
        let measuredAt = try UnixMillis.fetchOne(
            database.cachedStatement(
                sql: "SELECT measured_at FROM report WHERE tenant = ? AND type = ? AND fingerprint = ?"),
            arguments: [tenant, type, input.fingerprint])
        return ImportedReport(
            fingerprint: input.fingerprint.description, measuredAt: (measuredAt ?? now).description,
            payloadBytes: input.byteCount, isLatest: latest == input.fingerprint)
    }
}

extension Store {
    /// Records that an import failed because every record of it was bad, and throws what its caller is told. The retry
    /// of an import that succeeded gets that one's result: its records may be bad by another clock.
    func recordRejection(
        of kind: ImportKind, _ record: ImportRecord, in tenantID: TenantID, startedAt: UnixMillis, stamp: ActionStamp,
        digest: Digest256
    ) throws -> ImportResult {
        enum Outcome {
            case earlier(ImportResult)
            case failed(OperationRunID)
        }
        let outcome: Outcome = try writeAlone { transaction in
            if let earlier = try transaction.earlierImport(stamp, digest: digest) { return .earlier(earlier) }
            let tenant = try TenantKey.require(tenantID, transaction.database)
            return .failed(
                try transaction.recordRun(
                    of: kind, record, tenant: tenant, startedAt: startedAt, stamp: stamp,
                    failure: "all_records_rejected"))
        }
        let run: OperationRunID
        switch outcome {
        case .earlier(let result): return result
        case .failed(let failed): run = failed
        }
        let count = record.counts.rejected
        var message = "none of \(count) \(count == 1 ? "record" : "records") could be used; nothing was changed"
        if let first = record.rejections.first { message += ". The first complaint: \(first)" }
        throw ProductError(
            .allRecordsRejected, message, metadata: ["operation_run": run.description, "rejected": String(count)])
    }
}

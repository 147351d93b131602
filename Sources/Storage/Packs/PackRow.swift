import Bytes
import Domain
import Foundation
import GRDB

/// The JSON of a pack's options, as stored and as shown.
struct StoredOptions: Codable {
    var includePii: Bool
    var includeOperations: Bool

    init(_ options: PackOptions) {
        includePii = options.includePII
        includeOperations = options.includeOperations
    }

    var options: PackOptions { PackOptions(includePII: includePii, includeOperations: includeOperations) }
}

/// The JSON of a pack's summary, as stored.
struct StoredSummary: Codable {
    struct Source: Codable {
        var source: String
        var toolVersion: String?
        var lastRunId: String?
        var lastRunAt: Int64?
        var lastImportedAt: Int64?
        var checksEvaluated: Int64
        var passed: Int64
        var failed: Int64
        var manual: Int64
        var errors: Int64
    }

    var open: Int64
    var acknowledged: Int64
    var bySeverity: [Int64]
    var operations: Int64
    var permissionPosture: Bool
    var entraAdminRoles: Bool
    var hardening: Bool
    var redactions: Int64
    var sources: [Source]

    init(_ summary: PackSummary) {
        open = summary.findingsOpen
        acknowledged = summary.findingsAcknowledged
        bySeverity = summary.findingsBySeverity
        operations = summary.operations
        permissionPosture = summary.hasPermissionPosture
        entraAdminRoles = summary.hasEntraAdminRoles
        hardening = summary.hasHardening
        redactions = summary.redactions
        sources = summary.sources.map {
            Source(
                source: $0.source, toolVersion: $0.toolVersion, lastRunId: $0.lastRunID,
                lastRunAt: $0.lastRunAt?.rawValue, lastImportedAt: $0.lastImportedAt?.rawValue,
                checksEvaluated: $0.checksEvaluated, passed: $0.passed, failed: $0.failed, manual: $0.manual,
                errors: $0.errors)
        }
    }

    var summary: PackSummary {
        var summary = PackSummary()
        summary.findingsOpen = open
        summary.findingsAcknowledged = acknowledged
        if bySeverity.count == summary.findingsBySeverity.count { summary.findingsBySeverity = bySeverity }
        summary.operations = operations
        summary.hasPermissionPosture = permissionPosture
        summary.hasEntraAdminRoles = entraAdminRoles
        summary.hasHardening = hardening
        summary.redactions = redactions
        summary.sources = sources.map {
            SourceFreshness(
                source: $0.source, toolVersion: $0.toolVersion, lastRunID: $0.lastRunId,
                lastRunAt: $0.lastRunAt.flatMap(legalTime), lastImportedAt: $0.lastImportedAt.flatMap(legalTime),
                checksEvaluated: $0.checksEvaluated,
                passed: $0.passed, failed: $0.failed, manual: $0.manual, errors: $0.errors)
        }
        return summary
    }

    private func legalTime(_ milliseconds: Int64) -> UnixMillis? {
        let time = UnixMillis(milliseconds)
        return time.isLegal ? time : nil
    }
}

enum StoredJSON {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// What does not decode was not written by this version: the value is treated as absent.
    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return text.flatMap { try? decoder.decode(type, from: Data($0.utf8)) }
    }
}

extension PackRecord {
    static let select = """
        SELECT p.*, t.id AS tenant_id, t.external_id, t.name AS tenant_name, w.id AS workspace_id,
            w.name AS workspace_name
        FROM review_pack p JOIN tenant t ON t.number = p.tenant JOIN workspace w ON w.number = p.workspace
        """

    /// Larger than any file; sizes are added and rounded, so they must not be just any number.
    static let maximumFileSize: Int64 = 1 << 50
    /// More than all years that there are.
    static let maximumRetentionDays = 4_000_000

    init(row: StoredRow) throws {
        guard let options = StoredJSON.decode(StoredOptions.self, try row.value("options")) else {
            throw row.damaged("options")
        }
        self.init(
            id: try row.value("id"), workspaceID: try row.value("workspace_id"),
            workspaceName: try row.value("workspace_name"), tenantID: try row.value("tenant_id"),
            tenantExternalID: try row.value("external_id"), tenantName: try row.value("tenant_name"),
            operationRunID: try row.value("operation_run"),
            initiator: Actor(
                uid: try row.value("initiator_uid"), onBehalfOf: try row.value("initiator_on_behalf_of")),
            storedStatus: try row.value("status"), failureReason: try row.value("failure_reason"),
            supersededBy: try row.value("superseded_by"), fingerprint: try row.value("fingerprint"),
            previousFingerprint: try row.value("previous_fingerprint"), options: options.options,
            summary: StoredJSON.decode(StoredSummary.self, try row.value("summary"))?.summary,
            file: try row.value("file_path"), fileSize: try row.value("file_size"), sha256: try row.value("sha256"),
            retentionDays: try row.value("retention_days", in: 0...PackRecord.maximumRetentionDays),
            generatedAt: try row.value("generated_at"), expiresAt: try row.value("expires_at"),
            createdAt: try row.value("created_at"), updatedAt: try row.value("updated_at"))
        if let fileSize, !(0...PackRecord.maximumFileSize).contains(fileSize) { throw row.damaged("file_size") }
        if storedStatus == .ready, let missing = missingWhenReady { throw row.damaged(missing) }
    }

    /// A column that a ready pack must have and this one lacks.
    private var missingWhenReady: String? {
        if fingerprint == nil { return "fingerprint" }
        if sha256 == nil { return "sha256" }
        if file == nil { return "file_path" }
        if fileSize == nil { return "file_size" }
        if generatedAt == nil { return "generated_at" }
        return expiresAt == nil ? "expires_at" : nil
    }

    static func find(_ id: PackID, _ database: Database) throws -> PackRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) WHERE p.id = ?"), arguments: [id])
            .map { try PackRecord(row: $0.of("review_pack")) }
    }

    static func require(_ id: PackID, _ database: Database) throws -> PackRecord {
        guard let pack = try find(id, database) else { throw ProductError.notFound }
        return pack
    }

    /// The pack of the tenant that is queued or generating; the schema allows one.
    static func active(of tenant: Int64, _ database: Database) throws -> PackRecord? {
        try Row.fetchOne(
            database.cachedStatement(sql: "\(select) WHERE p.tenant = ? AND p.status IN \(PackStatus.active.sql)"),
            arguments: [tenant]
        ).map { try PackRecord(row: $0.of("review_pack")) }
    }

    /// The tenant's newest pack in any status.
    static func newest(of tenant: Int64, _ database: Database) throws -> PackRecord? {
        try Row.fetchOne(
            database.cachedStatement(sql: "\(select) WHERE p.tenant = ? ORDER BY p.created_at DESC, p.id DESC LIMIT 1"),
            arguments: [tenant]
        ).map { try PackRecord(row: $0.of("review_pack")) }
    }

    /// The unexpired ready pack with a fingerprint.
    static func ready(
        _ fingerprint: Digest256, of tenant: Int64, at now: UnixMillis, _ database: Database
    ) throws -> PackRecord? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    \(select) WHERE p.tenant = ? AND p.status = \(PackStatus.ready.sql) AND p.fingerprint = ? \
                    AND p.expires_at > ?
                    """),
            arguments: [tenant, fingerprint, now]
        ).map { try PackRecord(row: $0.of("review_pack")) }
    }

    static func inProgress(_ pack: PackRecord) -> ProductError {
        ProductError(
            .generationInProgress, "a review pack of this tenant is being generated",
            metadata: ["pack": pack.id.description])
    }
}

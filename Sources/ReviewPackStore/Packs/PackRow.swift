import Foundation
import GRDB
import ReviewPackModel

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
                lastRunAt: $0.lastRunAt.map { UnixMillis($0) },
                lastImportedAt: $0.lastImportedAt.map { UnixMillis($0) }, checksEvaluated: $0.checksEvaluated,
                passed: $0.passed, failed: $0.failed, manual: $0.manual, errors: $0.errors)
        }
        return summary
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

    init(row: Row) throws {
        guard let options = StoredJSON.decode(StoredOptions.self, row["options"]) else { throw ProductError.internal }
        self.init(
            id: row["id"], workspaceID: row["workspace_id"], workspaceName: row["workspace_name"],
            tenantID: row["tenant_id"], tenantExternalID: TenantExternalID(row["external_id"]),
            tenantName: row["tenant_name"], operationRunID: row["operation_run"],
            initiator: Actor(uid: row["initiator_uid"], onBehalfOf: row["initiator_on_behalf_of"]),
            storedStatus: row["status"], failureReason: row["failure_reason"], supersededBy: row["superseded_by"],
            fingerprint: row["fingerprint"], previousFingerprint: row["previous_fingerprint"],
            options: options.options, summary: StoredJSON.decode(StoredSummary.self, row["summary"])?.summary,
            file: row["file_path"], fileSize: row["file_size"], sha256: row["sha256"],
            retentionDays: row["retention_days"], generatedAt: row["generated_at"], expiresAt: row["expires_at"],
            createdAt: row["created_at"], updatedAt: row["updated_at"])
    }

    static func find(_ id: PackID, _ database: Database) throws -> PackRecord? {
        try Row.fetchOne(database.cachedStatement(sql: "\(select) WHERE p.id = ?"), arguments: [id])
            .map { try PackRecord(row: $0) }
    }

    static func require(_ id: PackID, _ database: Database) throws -> PackRecord {
        guard let pack = try find(id, database) else { throw ProductError.notFound }
        return pack
    }

    /// The pack of the tenant that is queued or generating; the schema allows one.
    static func active(of tenant: Int64, _ database: Database) throws -> PackRecord? {
        try Row.fetchOne(
            database.cachedStatement(sql: "\(select) WHERE p.tenant = ? AND p.status IN (1, 2)"), arguments: [tenant]
        ).map { try PackRecord(row: $0) }
    }

    /// The tenant's newest pack in any status.
    static func newest(of tenant: Int64, _ database: Database) throws -> PackRecord? {
        try Row.fetchOne(
            database.cachedStatement(sql: "\(select) WHERE p.tenant = ? ORDER BY p.created_at DESC, p.id DESC LIMIT 1"),
            arguments: [tenant]
        ).map { try PackRecord(row: $0) }
    }

    /// The unexpired ready pack with a fingerprint.
    static func ready(
        _ fingerprint: Digest256, of tenant: Int64, at now: UnixMillis, _ database: Database
    ) throws -> PackRecord? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: "\(select) WHERE p.tenant = ? AND p.status = 3 AND p.fingerprint = ? AND p.expires_at > ?"),
            arguments: [tenant, fingerprint, now]
        ).map { try PackRecord(row: $0) }
    }

    static func inProgress(_ pack: PackRecord) -> ProductError {
        ProductError(
            .generationInProgress, "a review pack of this tenant is being generated",
            metadata: ["pack": pack.id.description])
    }
}

import Bytes
import Domain
import Evidence
import JSONTokens
import PackFormat
import ZipArchive

/// Renders metadata.json: which pack this is, how it was made, and the digests of the six other files.
struct MetadataFile {
    struct FileRecord {
        var file: PackFile
        var size: UInt64
        var sha256: Digest256
        /// Rows without the header line; nil for a file without rows.
        var rows: Int64?
    }

    var identity: PackIdentity
    var fingerprint: Digest256
    var compressionLevel: Int
    /// In the order of the archive.
    var files: [FileRecord]
    var redactions: [PackFile: Int64]

    static let escapingRule = """
        an apostrophe stands in front of each = + - @ U+FF1D U+FF0B U+FF0D or U+FF20 that begins a cell, or a piece of \
        one behind ; TAB CR or LF, after the quotes and apostrophes there, unless a plain number begins with it and \
        ends with the cell or, behind ; TAB CR or LF, with the piece; and in front of a TAB CR or LF that so begins a \
        cell. To undo it, remove the last apostrophe in front of each of these characters
        """

    /// `redactions` holds the counts of the other files; those of this one are added and the total map returned.
    func render(
        _ evidence: some TenantEvidence, redactor: inout FieldRedactor,
        to content: inout some MemberContent & ~Copyable
    ) throws -> [PackFile: Int64] {
        let initiator = try redactor.string(.person, identity.initiator)
        let onBehalfOf = try identity.onBehalfOf.map { try redactor.string(.person, $0) }
        var redactions = redactions
        redactions[.metadata] = redactor.takeCount()
        var json = JSONWriter(style: .indented)
        json.beginObject()
        json.member("schema", PackFile.metadata.schema)
        json.member("pack_id", identity.packID.description)
        json.member("operation_run_id", identity.operationRunID.description)
        json.key("workspace")
        json.beginObject()
        json.member("id", evidence.workspaceID.description)
        json.member("name", evidence.workspaceName)
        json.endObject()
        json.tenant(evidence)
        writeOptions(to: &json)
        json.member("fingerprint", fingerprint)
        json.member("previous_fingerprint", identity.previousFingerprint)
        json.member("generated_at", identity.generatedAt)
        json.member("expires_at", identity.expiresAt)
        json.member("initiator", initiator)
        json.member("on_behalf_of", onBehalfOf)
        writeGenerator(to: &json)
        writeRedaction(redactions, to: &json)
        writeFiles(to: &json)
        try json.finish(to: &content)
        return redactions
    }

    private func writeOptions(to json: inout JSONWriter) {
        json.key("options")
        json.beginObject()
        json.member("include_pii", identity.options.includePII)
        json.member("include_operations", identity.options.includeOperations)
        json.member("operations_window_days", Int64(identity.operationsWindowDays))
        json.endObject()
    }

    private func writeGenerator(to json: inout JSONWriter) {
        json.key("generator")
        json.beginObject()
        json.member("name", "reviewpack")
        json.member("version", identity.generatorVersion)
        json.member("zlib", zlibVersion)
        json.member("compression_level", Int64(compressionLevel))
        json.endObject()
        json.key("csv")
        json.beginObject()
        json.member("format", "RFC 4180, UTF-8 without byte order mark, CRLF")
        json.member("escaping", Self.escapingRule)
        json.endObject()
        json.key("finding_identity")
        json.beginObject()
        json.member("version", Int64(FindingFingerprint.version))
        json.member("rule", FindingFingerprint.rule)
        json.endObject()
    }

    private func writeRedaction(_ counts: [PackFile: Int64], to json: inout JSONWriter) {
        json.key("redaction")
        json.beginObject()
        json.member("applied", !identity.options.includePII)
        json.key("replacements")
        json.beginObject()
        for file in PackFile.allCases { json.member(file.name, counts[file] ?? 0) }
        json.endObject()
        json.endObject()
    }

    private func writeFiles(to json: inout JSONWriter) {
        json.key("files")
        json.beginArray()
        for record in files {
            json.beginObject()
            json.member("name", record.file.name)
            json.member("size", Int64(clamping: record.size))
            if let rows = record.rows { json.member("rows", rows) }
            json.member("sha256", record.sha256.hex)
            json.endObject()
        }
        json.endArray()
    }
}

import Domain
import Evidence
import JSONTokens
import PackFormat

/// Renders hardening.json: the five fields, null or empty when settings were never put.
enum HardeningFile {
    static func render(
        _ evidence: some TenantEvidence, redactor: inout FieldRedactor,
        to content: inout some MemberContent & ~Copyable
    ) throws -> Bool {
        let settings = try evidence.hardening()
        let shown = settings ?? HardeningSettings()
        var json = JSONWriter(style: .indented)
        json.beginObject()
        json.member("schema", PackFile.hardening.schema)
        json.member("scope_mode", try shown.scopeMode.map { try redactor.string(.word, $0) })
        json.member("last_checked_at", shown.lastCheckedAt)
        json.member("last_setup_at", shown.lastSetupAt)
        json.key("canary_results")
        json.beginObject()
        var keys = RedactedKeys()
        for canary in shown.canaryResults {
            var name = canary.name
            let isPersonal = try name.withUTF8 { try redactor.holdsPersonalData(UnsafeRawBufferPointer($0)) }
            json.member(isPersonal ? keys.next() : name, try redactor.string(.word, canary.result))
        }
        json.endObject()
        json.key("warnings")
        json.beginArray()
        for warning in shown.warnings { json.string(try redactor.string(.tenantText, warning)) }
        json.endArray()
        try json.finish(to: &content)
        return settings != nil
    }
}

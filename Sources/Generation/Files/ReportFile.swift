import Domain
import Evidence
import JSONTokens
import PackFormat

/// Renders a file under `reports/`: what is known of the latest report of a type, and its payload.
///
/// With personal data included the payload's bytes stand as they came; without, it is written anew token by token,
/// compactly, with numbers and literals as they came. Either way it is never in memory as a whole.
enum ReportFile {
    static func render(
        _ type: ReportType, of evidence: some TenantEvidence, redactor: inout FieldRedactor, control: RenderControl,
        to content: inout some MemberContent & ~Copyable
    ) throws -> Bool {
        let report = try evidence.report(type)
        var json = JSONWriter(style: .indented)
        json.beginObject()
        json.member("schema", PackFile.entraAdminRoles.schema)
        json.member("type", type.word)
        json.member("present", report != nil)
        // Of a small report the digest would confirm the names that an address book gives for the redacted ones.
        json.member("fingerprint", redactor.isActive ? nil : report?.fingerprint)
        json.member("measured_at", report?.measuredAt)
        json.key("payload")
        if report == nil {
            json.null()
        } else {
            // An empty raw value: the payload follows behind what is drained.
            json.raw("")
            try json.drain { try content.write($0) }
            if redactor.isActive {
                try redact(type, of: evidence, &redactor, control, to: &content)
            } else {
                try copy(type, of: evidence, control, to: &content)
            }
        }
        try json.finish(to: &content)
        return report != nil
    }

    private static func copy(
        _ type: ReportType, of evidence: some TenantEvidence, _ control: RenderControl,
        to content: inout some MemberContent & ~Copyable
    ) throws {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var isFirst = true
        try evidence.readPayload(of: type) { piece in
            try control.check()
            // A mark may begin a file, but not a value inside one.
            let marked = isFirst && piece.starts(with: byteOrderMark)
            isFirst = false
            try content.write(marked ? UnsafeRawBufferPointer(rebasing: piece[byteOrderMark.count...]) : piece)
        }
    }

    private static func redact(
        _ type: ReportType, of evidence: some TenantEvidence, _ redactor: inout FieldRedactor,
        _ control: RenderControl, to content: inout some MemberContent & ~Copyable
    ) throws {
        var payload = PayloadRedactor()
        try evidence.readPayload(of: type) { piece in
            try payload.feed(piece, &redactor, control) { try content.write($0) }
        }
        try payload.finish(&redactor, control) { try content.write($0) }
    }
}

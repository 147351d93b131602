import Bytes
import Domain
import Glibc

@testable import ZipArchive

/// Builds a pack's archive as the service does, with places to spoil it.
struct PackBuilder {
    static let findingsHeader =
        "fingerprint,source,source_version,check_id,check_version,title,severity,result,status,status_reason,"
        + "resource_type,resource_id,resource_name,occurrences,first_seen_at,last_seen_at,description,detail,"
        + "remediation\r\n"
    static let operationsHeader = "id,type,status,outcome,reason_code,initiator,started_at,finished_at,imported\r\n"

    var findings =
        findingsHeader
        + "f1,prowler,,c1,,\"A \"\"quoted\"\", title\",high,fail,open,,user,u1,Zoë,1,,,\"two\r\nlines\",,\r\n"
        + "f2,prowler,,c2,,t,low,fail,acknowledged,,user,u2,n,1,,,,,\r\n"
    var operations = operationsHeader + "r1,t,completed,succeeded,,system,,,no\r\n"
    var findingsTotal = 2
    var bySeverity = #"{"critical":0,"high":1,"low":1}"#
    var operationsTotal = 1
    /// Stands for the recorded rows of findings.csv.
    var statedRows: Int?
    /// A member whose recorded digest is wrong.
    var wrongDigestOf: String?
    /// Members after the seven.
    var extra: [String] = []
    var reversed = false
    /// Written over the first byte of findings.csv's second line.
    var firstFindingByte: UInt8?
    var hardening = #"{"schema":"x","present":false}"#
    var summaryTenant = Fixture.tenant
    var summaryTime = "2026-02-25T06:13:21Z"
    var metadataSchema = "reviewpack.metadata/1"

    func build(in scratch: ScratchDirectory, named name: String = "pack.zip") throws -> String {
        let path = scratch.write(name, [])
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        var zip = try ZipWriter(descriptor: descriptor, options: .standard)
        let members = contents()
        for (name, text) in reversed ? members.reversed() : members {
            try zip.beginMember(name)
            try bytes(of: name, text).withUnsafeBytes { try zip.write($0) }
            _ = try zip.endMember()
        }
        _ = try zip.finish()
        return path
    }

    private func bytes(of name: String, _ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        if name == "findings.csv", let firstFindingByte { bytes[Self.findingsHeader.utf8.count] = firstFindingByte }
        return bytes
    }

    private func contents() -> [(String, String)] {
        let empty = #"{"schema":"x","present":false}"#
        let summary =
            #"{"schema":"reviewpack.summary/1","tenant":{"name":"Contoso Ltd","external_id":"\#(summaryTenant)"},"#
            + #""generated_at":"\#(summaryTime)","findings":{"total":\#(findingsTotal),"#
            + #""by_status":{"open":1,"acknowledged":1},"#
            + #""by_severity":\#(bySeverity)},"operations":{"included":true,"total":\#(operationsTotal)}}"#
        var members = [
            ("findings.csv", findings), ("hardening.json", hardening), ("operations.csv", operations),
            ("reports/entra_admin_roles.json", empty), ("reports/permission_posture.json", empty),
            ("summary.json", summary),
        ]
        let records = members.map { name, text in record(name, text) }.joined(separator: ",")
        let metadata =
            #"{"schema":"\#(metadataSchema)","pack_id":"\#(Fixture.packID)","#
            + #""tenant":{"name":"Contoso Ltd","external_id":"\#(Fixture.tenant)"},"#
            + #""generated_at":"2026-02-25T06:13:21Z","fingerprint":"f1","files":[\#(records)]}"#
        members.insert(("metadata.json", metadata), at: 2)
        return members + extra.map { ($0, "x") }
    }

    private func record(_ name: String, _ text: String) -> String {
        let content = bytes(of: name, text)
        let digest = content.withUnsafeBytes { Digest256(hashing: $0).hex }
        let stated = name == wrongDigestOf ? String(digest.reversed()) : digest
        let rows: Int? =
            switch name {
            case "findings.csv": statedRows ?? 2
            case "operations.csv": 1
            default: nil
            }
        let count = rows.map { "\"rows\":\($0)," } ?? ""
        return #"{"name":"\#(name)","size":\#(content.count),\#(count)"sha256":"\#(stated)"}"#
    }
}

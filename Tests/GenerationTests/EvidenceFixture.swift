import Bytes
import Crypto
import Domain
import Evidence

/// A tenant's evidence in memory: a factory of what the tests render, one field at a time.
struct EvidenceFixture: TenantEvidence {
    struct Finding {
        var fingerprint = String(repeating: "0a", count: 32)
        var source = "prowler"
        var sourceVersion = "5.46.0"
        var checkID = "entra_users_mfa_enabled"
        var checkVersion = ""
        var title = "Users have MFA enabled"
        var severity = Severity.high
        var result = FindingResult.fail
        var status = FindingStatus.open
        var statusReason = ""
        var resourceType = "User"
        var resourceID = "ace08ec9-aa11-4ada-9145-addf0398233e"
        var resourceName = ""
        var occurrences: Int64 = 1
        var firstSeenAt = Self.march
        var lastSeenAt = Self.march
        var description = ""
        var detail = ""
        var remediation = ""
        /// Whether a native record brought it. A check is evaluated when one of its findings is a scanner's.
        var isNative = false

        static let march = UnixMillis(rfc3339: "2026-03-01T04:05:06Z") ?? UnixMillis(0)
    }

    var workspaceName = "contoso"
    var workspaceID = WorkspaceID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    var tenantID = TenantID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0002)
    var tenantExternalID = TenantExternalID(high: 0x7f6d_1d7e_6c1c_4d0a, low: 0x9d53_2f1d_1a6f_8b10)
    var tenantName = "Contoso Ltd"
    var findings: [Finding] = []
    var hardeningSettings: HardeningSettings?
    var payloads: [ReportType: String] = [:]
    var measuredAt = Finding.march
    var operations: [OperationRecord] = []
    var freshness: [SourceFreshness] = []
    var identities: [String] = []
    /// Bytes of a payload handed out at once.
    var payloadPiece = 1 << 20
    /// Called before each finding, to cancel or fail in the middle.
    var beforeFinding: @Sendable (Int) throws -> Void = { _ in }

    func fingerprint(options: PackOptions) throws -> Digest256 {
        Self.digest("fixture \(options.includePII) \(options.includeOperations) \(tenantName)")
    }

    func hardening() throws -> HardeningSettings? { hardeningSettings }

    func report(_ type: ReportType) throws -> ReportRecord? {
        payloads[type].map {
            ReportRecord(
                type: type, fingerprint: Self.digest($0), measuredAt: measuredAt, payloadBytes: $0.utf8.count)
        }
    }

    func readPayload(of type: ReportType, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try Array((payloads[type] ?? "").utf8).withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: payloadPiece) {
                try body(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + payloadPiece)]))
            }
        }
    }

    func findingsCount() throws -> Int64 { Int64(findings.count) }

    func forEachFinding(_ body: (borrowing FindingRow) throws -> Void) throws {
        for (index, finding) in findings.enumerated() {
            try beforeFinding(index)
            try finding.withRow(body)
        }
    }

    func forEachCheckText(_ body: (borrowing CheckTextRow) throws -> Void) throws {
        for finding in findings {
            let isEvaluated =
                !finding.isNative
                || findings.contains {
                    !$0.isNative && $0.source == finding.source && $0.checkID == finding.checkID
                }
            try finding.withRow { row in
                try body(
                    CheckTextRow(
                        source: row.source, checkID: row.checkID, title: row.title, description: row.description,
                        remediation: row.remediation, isEvaluated: isEvaluated, isFromScanner: !finding.isNative))
            }
        }
    }

    func forEachOperation(
        since start: UnixMillis, excluding excluded: OperationRunID?, _ body: (OperationRecord) throws -> Void
    ) throws {
        for operation in operations where operation.startedAt >= start && operation.id != excluded {
            try body(operation)
        }
    }

    func sources() throws -> [SourceFreshness] { freshness }

    func forEachIdentity(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        for identity in identities { try Array(identity.utf8).withUnsafeBytes(body) }
    }

    /// A JSON string that deflate makes little smaller: hexadecimal digests of digests, so at least half its size
    /// remains.
    static func incompressibleString(bytes: Int) -> String {
        var text = "\""
        var link = Array("reviewpack".utf8)
        while text.utf8.count < bytes {
            link = Array(SHA256.hash(data: link))
            text += Hex.encode(link)
        }
        return text + "\""
    }

    static func digest(_ text: String) -> Digest256 { Digest256(hashing: text.utf8) }
}

extension EvidenceFixture.Finding {
    /// Lays all texts into one buffer, as a database page would hold them.
    func withRow(_ body: (borrowing FindingRow) throws -> Void) throws {
        let texts: [(WritableKeyPath<FindingRow, UnsafeRawBufferPointer>, String)] = [
            (\.fingerprint, fingerprint), (\.source, source), (\.sourceVersion, sourceVersion), (\.checkID, checkID),
            (\.checkVersion, checkVersion), (\.title, title), (\.statusReason, statusReason),
            (\.resourceType, resourceType), (\.resourceID, resourceID), (\.resourceName, resourceName),
            (\.description, description), (\.detail, detail), (\.remediation, remediation),
        ]
        try texts.flatMap { Array($0.1.utf8) }.withUnsafeBytes { arena in
            var row = FindingRow()
            var start = 0
            for (path, text) in texts {
                row[keyPath: path] = UnsafeRawBufferPointer(rebasing: arena[start..<start + text.utf8.count])
                start += text.utf8.count
            }
            row.severity = severity
            row.result = result
            row.status = status
            row.occurrences = occurrences
            row.firstSeenAt = firstSeenAt
            row.lastSeenAt = lastSeenAt
            try body(row)
        }
    }
}

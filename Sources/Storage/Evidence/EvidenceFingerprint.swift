import Bytes
import Domain
import Evidence

// What is authenticated under the tenant's key, version 2 (rules of `CanonicalEncoding`):
//
//  size   content
//     4   ASCII "RPEV"
//     1   version, 2
//    16   tenant id
//     1   include_pii
//     1   include_operations
//  1+32   fingerprint of the permission_posture report, optional
//  1+32   fingerprint of the entra.admin_roles report, optional
//   1+8   newest last_seen_at of the tenant's findings, optional
//    32   findings revision
//   1+-   hardening, optional:
//           1+- scope_mode, optional text; 1+8 last_checked_at, optional; 1+8 last_setup_at, optional
//           4   number of canaries, each: name text, result text, in the order of the names' bytes
//           4   number of warnings, each: text, in their order
//
// 1. Operation runs, freshness, pack id and clock are rendered but are no inputs.
// 2. Packs print it, and a tenant's evidence may be one small report: without the key it would confirm who is named
//    there.
// 3. The cost does not grow with the number of findings: their revision is kept up to date by every change.

/// Everything that decides whether two packs would hold the same evidence.
struct EvidenceFingerprint: Equatable {
    var tenantID: TenantID
    var options: PackOptions
    var permissionPosture: Digest256?
    var entraAdminRoles: Digest256?
    var newestLastSeenAt: UnixMillis?
    var findingsRevision: RevisionSum
    var hardening: HardeningSettings?

    /// HMAC-SHA256 of all of it.
    func digest(under key: FingerprintKey) -> Digest256 {
        var encoding = CanonicalEncoding(tag: "RPEV", version: 2)
        encoding.append(tenantID)
        encoding.append(options.includePII)
        encoding.append(options.includeOperations)
        encoding.append(permissionPosture) { $0.append($1) }
        encoding.append(entraAdminRoles) { $0.append($1) }
        encoding.append(newestLastSeenAt) { $0.append($1) }
        for byte in findingsRevision.bytes { encoding.append(byte) }
        encoding.append(hardening) { encoding, hardening in
            encoding.append(hardening.scopeMode) { $0.append($1) }
            encoding.append(hardening.lastCheckedAt) { $0.append($1) }
            encoding.append(hardening.lastSetupAt) { $0.append($1) }
            encoding.append(UInt32(truncatingIfNeeded: hardening.canaryResults.count))
            for canary in hardening.canaryResults {
                encoding.append(canary.name)
                encoding.append(canary.result)
            }
            encoding.append(UInt32(truncatingIfNeeded: hardening.warnings.count))
            for warning in hardening.warnings { encoding.append(warning) }
        }
        return encoding.bytes.withUnsafeBytes { key.authenticate($0) }
    }
}

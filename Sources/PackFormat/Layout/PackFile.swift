/// The seven files of a review pack; their order here is their order in the archive.
package enum PackFile: String, CaseIterable, Sendable {
    case findings = "findings.csv"
    case hardening = "hardening.json"
    case metadata = "metadata.json"
    case operations = "operations.csv"
    case entraAdminRoles = "reports/entra_admin_roles.json"
    case permissionPosture = "reports/permission_posture.json"
    case summary = "summary.json"

    /// The member's name inside the archive.
    package var name: String { rawValue }

    /// What a document says in its member `schema`; nil of a table.
    package var schema: String? {
        switch self {
        case .findings, .operations: nil
        case .hardening: "reviewpack.hardening/1"
        case .metadata: "reviewpack.metadata/1"
        case .entraAdminRoles, .permissionPosture: "reviewpack.report/1"
        case .summary: "reviewpack.summary/1"
        }
    }
}

/// The seven files of a review pack; their order here is their order in the archive.
public enum PackFile: String, CaseIterable, Sendable {
    case findings = "findings.csv"
    case hardening = "hardening.json"
    case metadata = "metadata.json"
    case operations = "operations.csv"
    case entraAdminRoles = "reports/entra_admin_roles.json"
    case permissionPosture = "reports/permission_posture.json"
    case summary = "summary.json"

    /// The member's name inside the archive.
    public var name: String { rawValue }

    /// The file that holds a stored report of this type.
    public init(report type: ReportType) {
        switch type {
        case .permissionPosture: self = .permissionPosture
        case .entraAdminRoles: self = .entraAdminRoles
        }
    }
}

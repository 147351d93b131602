/// The two kinds of stored report that a pack can hold.
public enum ReportType: UInt8, CaseIterable, Sendable {
    case permissionPosture = 1
    case entraAdminRoles = 2

    /// The word on every outside surface.
    public var word: String {
        switch self {
        case .permissionPosture: "permission_posture"
        case .entraAdminRoles: "entra.admin_roles"
        }
    }

    /// The type of the operation run that a scan of this report records.
    public var scanOperation: OperationType {
        switch self {
        case .permissionPosture: .permissionPostureScan
        case .entraAdminRoles: .entraAdminRolesScan
        }
    }

    public init?(word: some StringProtocol) {
        guard let match = ReportType.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}

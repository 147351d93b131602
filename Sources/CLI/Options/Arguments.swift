import ArgumentParser
import Domain
import ReviewPackAPI

/// A point in time: RFC 3339, or a date alone for its first moment in UTC.
struct TimeArgument: ExpressibleByArgument, Equatable, Sendable {
    var time: UnixMillis

    /// For options: the error says what is legal.
    static func parse(_ text: String) throws -> TimeArgument {
        guard let time = TimeArgument(argument: text) else {
            throw ValidationError("write a time like 2026-03-01T12:00:00Z, or a date like 2026-03-01 (UTC)")
        }
        return time
    }

    init?(argument: String) {
        guard let time = UnixMillis(rfc3339: argument) ?? UnixMillis(rfc3339: argument + "T00:00:00Z") else {
            return nil
        }
        self.time = time
    }
}

/// Statuses of packs, separated by commas.
struct StatusList: Sendable {
    var statuses: [Proto.PackStatus]

    /// For options: the error says what is legal.
    static func parse(_ text: String) throws -> StatusList {
        let statuses = try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let status = PackStatus(word: word) else {
                let legal = PackStatus.allCases.map(\.word).joined(separator: ", ")
                throw ValidationError("it takes one or more of \(legal), separated by commas")
            }
            return Proto.PackStatus(rawValue: Int32(status.rawValue))
        }
        return StatusList(statuses: statuses)
    }

    /// How a list that has been typed so far can go on: its last status is completed, those before it are not offered
    /// again.
    static func candidates(after text: String) -> [String] {
        let given = text.split(separator: ",", omittingEmptySubsequences: false).dropLast().map(String.init)
        let before = given.map { $0 + "," }.joined()
        return PackStatus.allCases.map(\.word).filter { !given.contains($0) }.map { before + $0 }
    }
}

enum ReportTypeArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
    case permissionPosture = "permission_posture"
    case entraAdminRoles = "entra.admin_roles"

    var wire: Proto.ReportType {
        switch self {
        case .permissionPosture: .permissionPosture
        case .entraAdminRoles: .entraAdminRoles
        }
    }
}

extension ReportTypeArgument {
    var model: ReportType {
        switch self {
        case .permissionPosture: .permissionPosture
        case .entraAdminRoles: .entraAdminRoles
        }
    }
}

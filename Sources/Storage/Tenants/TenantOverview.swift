package import Domain
import Evidence
import GRDB

/// What is stored of a tenant, for `tenant show`.
package struct TenantOverview: Sendable, Equatable {
    package var tenant: TenantRecord
    package var sources: [SourceFreshness]
    /// Findings by status and, within it, by severity in the order of `Severity.allCases`.
    package var open: [Int64]
    package var acknowledged: [Int64]
    package var resolved: [Int64]
    package var newestPack: PackRecord?
}

extension TenantOverview {
    /// Reads what the database's present snapshot holds of a tenant, by statements that are prepared once; nil when it
    /// is gone.
    static func read(_ tenant: TenantRecord, _ database: Database) throws -> TenantOverview? {
        guard let key = try TenantKey.find(tenant.id, database) else { return nil }
        let zeros = [Int64](repeating: 0, count: Severity.allCases.count)
        var overview = TenantOverview(
            tenant: tenant, sources: try SourceFreshness.all(of: key.number, database), open: zeros,
            acknowledged: zeros, resolved: zeros, newestPack: try PackRecord.newest(of: key.number, database))
        let statement = try database.cachedStatement(
            sql: "SELECT status, severity, findings FROM finding_count WHERE tenant = ? AND findings <> 0")
        let rows = try Row.fetchCursor(statement, arguments: [key.number])
        while let row = try rows.next()?.of("finding_count") {
            let severity: Severity = try row.value("severity")
            let index = Int(severity.rawValue)
            let number: Int64 = try row.value("findings")
            switch try row.value("status") as FindingStatus {
            case .open: overview.open[index] = number
            case .acknowledged: overview.acknowledged[index] = number
            case .resolved: overview.resolved[index] = number
            }
        }
        return overview
    }
}

extension TenantOverview {
    var listedBytes: Int {
        512 + tenant.listedBytes + sources.reduce(0) { $0 + $1.listedBytes } + (newestPack?.listedBytes ?? 0)
    }
}

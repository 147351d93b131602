import Domain
import Evidence
import GRDB

/// One caller's part of a write transaction: the database, the instant, and what must follow the commit.
///
/// Used only inside the closure that received it, on the writer's thread. When the closure throws, everything it wrote
/// is rolled back and nothing of what it noted here happens.
final class WriteTransaction {
    let database: Database
    /// The instant of this transaction; every row that it writes carries it.
    let now: UnixMillis
    let limits: WriteLimits
    private(set) var effects = CommitEffects()

    init(database: Database, now: UnixMillis, limits: WriteLimits) {
        self.database = database
        self.now = now
        self.limits = limits
    }

    func noteChange(of pack: PackID, tenant: TenantID, to status: PackStatus) {
        effects.packChanges.append(PackChange(packID: pack, tenantID: tenant, status: status))
    }

    /// Notes what the access index must hear of before anybody is acknowledged.
    func noteAccess(_ change: AccessChange) { effects.accessChanges.append(change) }

    /// Notes a receiver that has more notifications than are kept.
    func noteCrowded(_ recipient: Principal) { effects.crowded.insert(recipient) }

    /// A new identifier of this instant.
    func newID<Tag>() -> ID<Tag> { ID(.version7(at: now)) }

    func execute(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

/// What a write needs to know of the store's settings.
struct WriteLimits: Sendable {
    var idempotencyHours: Int
    /// Alert rules of one workspace or tenant.
    var alertRules: Int
    /// Role bindings of one workspace, of one tenant or of the system.
    var roleBindings: Int
    var tenants: Int
    /// Of one tenant.
    var findings: Int64
    /// Of all reports of one tenant.
    var reportBytes: Int64
}

extension WriteLimits {
    init(_ configuration: StoreConfiguration) {
        idempotencyHours = configuration.idempotencyHours
        alertRules = configuration.alertRulesPerScope
        roleBindings = configuration.roleBindingsPerScope
        tenants = configuration.tenantsPerWorkspace
        findings = configuration.findingsPerTenant
        reportBytes = configuration.reportBytesPerTenant
    }

    /// Of what adds nothing that has a limit.
    static let none = WriteLimits(
        idempotencyHours: 0, alertRules: 0, roleBindings: 0, tenants: 0, findings: 0, reportBytes: 0)
}

extension WriteTransaction {
    /// Throws TIME_IN_FUTURE for a time that may not be stored, by the clock of this transaction (`TimeGuard`).
    func requirePast(_ time: UnixMillis?, field: String) throws(ProductError) {
        do { try TimeGuard(now: now).require(time, field: field) } catch { throw error.productError }
    }
}

import GRDB
import ReviewPackModel

/// One caller's part of a write transaction: the database, the instant, and what must follow the commit.
///
/// Used only inside the closure that received it, on the writer's thread. When the closure throws, everything it wrote is rolled
/// back and nothing of what it noted here happens.
final class WriteTransaction {
    let database: Database
    /// The instant of this transaction; every row that it writes carries it.
    let now: UnixMillis
    let idempotencyHours: Int

    /// Whether role bindings or tenants changed, so that the access index must be read anew before anybody is acknowledged.
    var changesAccess = false
    private(set) var packChanges: [PackChange] = []

    init(database: Database, now: UnixMillis, idempotencyHours: Int) {
        self.database = database
        self.now = now
        self.idempotencyHours = idempotencyHours
    }

    func noteChange(of pack: PackID, tenant: TenantID, to status: PackStatus) {
        packChanges.append(PackChange(packID: pack, tenantID: tenant, status: status))
    }

    /// A new identifier of this instant.
    func newID() -> UUIDValue { .version7(at: now) }

    func execute(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

/// What must happen after a commit and before its callers hear of it.
struct CommitEffects: Sendable {
    var changesAccess = false
    var packChanges: [PackChange] = []
}

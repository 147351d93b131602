import Domain
import Evidence
import Foundation
import GRDB

extension FingerprintKey {
    /// A table of its own, so that no statement that reads a tenant reads its key as well. It goes with the tenant.
    static let table = """
        CREATE TABLE fingerprint_key (
            tenant INTEGER PRIMARY KEY REFERENCES tenant (number) ON DELETE CASCADE,
            secret BLOB NOT NULL CHECK (length(secret) = 32)
        ) STRICT
        """

    func store(for tenant: Int64, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO fingerprint_key (tenant, secret) VALUES (?, ?)", arguments: [tenant, Data(bytes)])
    }

    /// The key of a tenant. A missing or malformed key is damage, never a reason to make another: every finding would
    /// be new.
    static func read(of tenant: Int64, _ database: Database) throws -> FingerprintKey {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT secret FROM fingerprint_key WHERE tenant = ?"), arguments: [tenant])
        guard let row = row?.of("fingerprint_key"), let key = FingerprintKey(Array(try row.value("secret") as Data))
        else { throw DamagedRow(table: "fingerprint_key", column: "secret") }
        return key
    }
}

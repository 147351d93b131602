import Domain
import GRDB

/// How much may lie in one workspace, one tenant or the system. What is there already stays; only more is refused, with
/// SCOPE_LIMIT.
enum ScopeLimit {
    /// Throws when as many rows as are allowed meet the condition; counts no further than that.
    ///
    /// - Parameters:
    ///   - what: the rows, as the refusal names them.
    ///   - condition: finds the rows by an index; holds one `?` if there is a `key`.
    static func require(
        _ what: String, of place: String, in table: String, where condition: String, _ key: Int64?, atMost limit: Int,
        _ database: Database
    ) throws {
        let count = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(condition) LIMIT \(limit))"),
            arguments: key.map { [$0] } ?? [])
        if count ?? 0 >= limit { throw reached(what, of: place, limit) }
    }

    static func reached(_ what: String, of place: String, _ limit: some BinaryInteger) -> ProductError {
        ProductError(
            .scopeLimit, "\(place) has \(limit) \(what), which is the limit; remove some first",
            metadata: ["limit": "\(limit)"])
    }
}

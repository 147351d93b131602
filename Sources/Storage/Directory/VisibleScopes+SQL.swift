import Bytes
import Domain
import GRDB

extension VisibleScopes {
    /// The condition that a tenant row `t` is visible. The ids travel as one JSON text, so that any number of them is
    /// one argument and the statement stays the same.
    func condition(on table: String) -> (sql: String, arguments: StatementArguments)? {
        switch self {
        case .everything: return nil
        case .some(let workspaces, let tenants):
            return (
                """
                (\(table).number IN (SELECT number FROM tenant WHERE hex(id) IN (SELECT value FROM json_each(?)))
                OR \(table).workspace IN
                    (SELECT number FROM workspace WHERE hex(id) IN (SELECT value FROM json_each(?))))
                """,
                [VisibleScopes.jsonList(tenants), VisibleScopes.jsonList(workspaces)]
            )
        }
    }

    /// The condition that a tenant `t` of a workspace `w`, both joined already, is visible: for rows that are few
    /// beside all tenants.
    var placeCondition: (sql: String, arguments: StatementArguments) {
        switch self {
        case .everything: return ("TRUE", [])
        case .some(let workspaces, let tenants):
            return (
                "(hex(t.id) IN (SELECT value FROM json_each(?)) OR hex(w.id) IN (SELECT value FROM json_each(?)))",
                [VisibleScopes.jsonList(tenants), VisibleScopes.jsonList(workspaces)]
            )
        }
    }

    /// The condition that a workspace row is visible: to the members of the workspace and of any of its tenants.
    func workspaceCondition(on table: String) -> (sql: String, arguments: StatementArguments)? {
        switch self {
        case .everything: return nil
        case .some(let workspaces, let tenants):
            return (
                """
                (hex(\(table).id) IN (SELECT value FROM json_each(?)) OR \(table).number IN
                (SELECT workspace FROM tenant WHERE hex(id) IN (SELECT value FROM json_each(?))))
                """,
                [VisibleScopes.jsonList(workspaces), VisibleScopes.jsonList(tenants)]
            )
        }
    }

    private static func jsonList<Tag>(_ ids: Set<ID<Tag>>) -> String {
        "[" + ids.map { "\"" + Hex.encode($0.bytes).uppercased() + "\"" }.joined(separator: ",") + "]"
    }
}

extension Conditions {
    /// Adds that a tenant's number is one of those that are visible.
    ///
    /// The numbers come first, in a statement of their own: within the other one SQLite would work them out only when a
    /// row met what else is asked for, and the answer's time would tell whether a hidden one does.
    mutating func add(_ column: String, isVisibleTo visible: VisibleScopes, _ database: Database) throws {
        guard let condition = visible.condition(on: "t") else { return }
        let tenants = try Int64.fetchAll(
            database, sql: "SELECT t.number FROM tenant t WHERE \(condition.sql)", arguments: condition.arguments)
        add("\(column) IN (SELECT value FROM json_each(?))", ["\(tenants)"])
    }
}

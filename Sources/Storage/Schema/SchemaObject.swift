import GRDB

/// A table, index or trigger as `sqlite_schema` has it.
struct SchemaObject: Equatable, Sendable {
    var type: String
    var name: String
    /// The statement that made it.
    var sql: String

    var isTable: Bool { type == "table" }

    /// Everything in a database that a migration made.
    static func all(_ database: Database) throws -> [SchemaObject] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT type, name, sql FROM sqlite_schema
                WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'grdb_migrations'
                ORDER BY type DESC, name
                """
        ).map { row in
            let row = row.of("sqlite_schema")
            return SchemaObject(
                type: try row.value("type"), name: try row.value("name"), sql: try row.value("sql"))
        }
    }

    /// What a database of this version holds.
    static func expected() throws -> [SchemaObject] { try ofFreshDatabase { try all($0) } }

    /// Reads a database that is made just now, in memory.
    static func ofFreshDatabase<Value>(_ read: (Database) throws -> Value) throws -> Value {
        let fresh = try DatabaseQueue()
        try Schema.migrator.migrate(fresh)
        return try fresh.read(read)
    }

    /// The columns of all tables, each as `table.column`.
    static func columns(_ database: Database) throws -> Set<String> {
        try String.fetchSet(
            database,
            sql: """
                SELECT object.name || '.' || field.name FROM sqlite_schema object, pragma_table_info(object.name) field
                WHERE object.type = 'table'
                """)
    }
}

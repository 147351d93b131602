import Domain
import GRDB

/// A read that takes long (a generation, a check of every row, a backup's copy) on a connection of its own.
///
/// The readers of the pool are few (`readers`), and short calls wait for them: a long read among them would make all
/// callers wait, the watchdog's question included.
enum LongRead {
    /// Runs `body` on the calling thread and closes the connection; statements of `body` see what other connections
    /// commit meanwhile.
    static func connected<Value>(
        to state: StateDirectory, _ label: String, _ body: (Database) throws -> Value
    ) throws -> Value {
        let connection = try connection(to: state, label)
        // What was read is good, whatever closing says.
        defer { try? connection.close() }
        return try connection.unsafeRead(body)
    }

    /// A read-only connection of one's own.
    static func connection(to state: StateDirectory, _ label: String) throws -> DatabaseQueue {
        var settings = Configuration()
        settings.readonly = true
        settings.label = "reviewpack.\(label)"
        settings.busyMode = .timeout(10)
        settings.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cache_size = -4096")
        }
        return try DatabaseQueue(path: state.databasePath, configuration: settings)
    }

    /// The same in one snapshot, from the first statement to the end.
    static func snapshot<Value>(
        of state: StateDirectory, _ label: String, _ body: (Database) throws -> Value
    ) throws -> Value {
        try connected(to: state, label) { database in
            var value: Value?
            try database.inTransaction(.deferred) {
                value = try body(database)
                return .commit
            }
            guard let value else { throw ProductError.internal }
            return value
        }
    }
}

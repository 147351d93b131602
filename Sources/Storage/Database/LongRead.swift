import Domain
import Foundation
import GRDB

/// A read that takes long (a generation, a check of every row, a backup's copy) on a connection of its own.
///
/// The readers of the pool are few (`readers`), and short calls wait for them: a long read among them would make all
/// callers wait, the watchdog's question included.
enum LongRead {
    /// How long a connection waits for another, the pool's as well.
    static let busySeconds = 10

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
        settings.busyMode = .timeout(TimeInterval(busySeconds))
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

/// Long blocking work on a thread that belongs to it alone, so that no shared pool runs dry.
enum DedicatedThread {
    static func run<Value: Sendable>(
        name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result(catching: body)) }
            thread.name = "reviewpack.\(name)"
            // Rendering goes deeper than the small default of secondary threads allows.
            thread.stackSize = 4 << 20
            thread.start()
        }
    }
}

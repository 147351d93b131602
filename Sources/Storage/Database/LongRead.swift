import Domain
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

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

/// Asks work on another thread to end: raised once by whoever does not want its result any more, asked by the work now
/// and then.
final class StopFlag: Sendable {
    private let isRaised = Atomic(false)

    func raise() { isRaised.store(true, ordering: .relaxed) }

    /// Throws `CancellationError` once the flag is raised.
    func check() throws {
        if isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Runs `body`, whose statements end with SQLITE_INTERRUPT soon after the flag is raised.
    ///
    /// SQLite asks the flag every so many steps of its machine. `sqlite3_interrupt` would do nothing if it came a
    /// moment before the statement begins.
    func interrupting<Value>(_ database: Database, _ body: () throws -> Value) throws -> Value {
        let steps: Int32 = 1000
        let connection = database.sqliteConnection
        return try withExtendedLifetime(self) {
            sqlite3_progress_handler(
                connection, steps,
                { flag in
                    guard let flag else { return 0 }
                    return Unmanaged<StopFlag>.fromOpaque(flag).takeUnretainedValue()
                        .isRaised.load(ordering: .relaxed) ? 1 : 0
                }, Unmanaged.passUnretained(self).toOpaque())
            defer { sqlite3_progress_handler(connection, 0, nil, nil) }
            return try body()
        }
    }
}

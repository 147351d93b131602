import GRDB
import GRDBSQLite
import Synchronization

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

import GRDB
import Logging
import Synchronization

// What is deleted is overwritten in the database's pages (secure_delete), but the write-ahead log keeps the pages as
// they were until it is cut. Whatever deletes evidence ends with cutting it:
//
// 1. Nobody who writes waits for that: a reader with an older snapshot makes it impossible, and then it is tried again.
// 2. It happens before the deletion is answered, or, when a reader stays longer than `forgettingPatience`, soon after
//    that one ends.
// 3. A crash in between leaves it to the next start.

extension Store {
    /// Takes deleted data out of the write-ahead log, too; returns when that is done, or will be when those who read
    /// now have ended.
    package func forgetDeleted() async {
        let end = ContinuousClock.now + configuration.forgettingPatience
        while await !cutLog() {
            guard ContinuousClock.now < end, !Task.isCancelled else { return forgetLater() }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// False when somebody still reads what the log holds, or the task was cancelled.
    private func cutLog() async -> Bool {
        do {
            return try await pool.writeWithoutTransaction { database in
                // The connection's own patience would hold up everybody who writes.
                try database.execute(sql: "PRAGMA busy_timeout = 0")
                defer { try? database.execute(sql: "PRAGMA busy_timeout = \(LongRead.busySeconds * 1000)") }
                do { try database.checkpoint(.truncate) } catch let error as DatabaseError {
                    guard error.resultCode == .SQLITE_BUSY else { throw error }
                    return false
                }
                return true
            }
        } catch is CancellationError {
            return false
        } catch {
            logger.warning("the write-ahead log was not emptied", metadata: ["error": "\(error)"])
            return true
        }
    }

    private func forgetLater() {
        guard !isClosed.load(ordering: .relaxed) else { return }
        forgettingTimer.set(seconds: 1) { [weak self] in
            guard let self, !self.isClosed.load(ordering: .relaxed) else { return }
            // A task of its own: that of the caller may be cancelled.
            Task { if await !self.cutLog() { self.forgetLater() } }
        }
    }
}

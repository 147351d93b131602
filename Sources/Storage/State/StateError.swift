import Domain
import Glibc
import SystemIO

/// Why a state directory or its database cannot be used: for the operator, at start.
package struct StateError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: String, CaseIterable, Sendable {
        /// The lock is taken: a daemon is running on this directory.
        case heldByAnotherDaemon = "held_by_another_daemon"
        case notADirectory = "not_a_directory"
        case foreignOwner = "foreign_owner"
        case writableByOthers = "writable_by_others"
        case symbolicLink = "symbolic_link"
        /// A newer version of the daemon wrote the database.
        case newerSchema = "newer_schema"
        /// The clock is behind what the database records, and a migration that goes by the clock is to come.
        case clockBehind = "clock_behind"
        /// The database file belongs to another program.
        case notOurs = "not_ours"
        /// The database file is no SQLite database or cannot be read as one.
        case damaged
        /// A directory above it is missing.
        case parentMissing = "parent_missing"
        /// It lies on a file system that takes no writes.
        case readOnly = "read_only"
        /// The system does not let this user use the path.
        case notPermitted = "not_permitted"
        /// Another system call failed; the message names it.
        case io
    }

    package var reason: Reason
    /// What is wrong and what to do; may name paths, because it goes to the operator alone.
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { message }
}

extension StateError.Reason {
    /// What a failed system call on the directory means for the operator.
    init(_ error: SystemError) {
        self =
            switch error.code {
            case ENOENT: .parentMissing
            case ENOTDIR, ENAMETOOLONG: .notADirectory
            case EROFS: .readOnly
            case EACCES, EPERM: .notPermitted
            default: .io
            }
    }
}

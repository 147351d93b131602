package import Bytes
package import Domain
import Foundation
import GRDB

/// What the store finds when it looks at itself, at one instant.
package struct Diagnostics: Sendable, Equatable {
    package struct Disk: Sendable, Equatable {
        /// What the daemon's user may still write.
        package var freeBytes: Int64 = 0
        package var bytes: Int64 = 0
        /// Both 0 where the file system does not count them.
        package var freeInodes: Int64 = 0
        package var inodes: Int64 = 0
    }

    package var at: UnixMillis
    /// The newest schema change that the database has; empty for none.
    package var schemaVersion = ""
    /// The newest one that this program knows.
    package var schemaExpected = ""
    /// Of the connection that writes.
    package var settings: [DatabaseSetting] = []
    package var sqliteVersion = ""
    package var databaseBytes: Int64 = 0
    package var disk = Disk()
    package var reserveBytes: Int64 = 0
    package var reserveExpectedBytes: Int64 = 0
    package var stateDirectory = ""
    package var stateUID: UInt32 = 0
    /// Permission bits.
    package var stateMode: UInt32 = 0
    package var daemonUID: UInt32 = 0
    package var auditEvents: Int64 = 0
    package var auditHeadHash = Digest256.zero
    package var auditHeadAt: UnixMillis?
    /// Whether the newest event is the one that the head names.
    package var auditHeadMatches = false
    /// When the last prune that succeeded began.
    package var lastPruneAt: UnixMillis?
}

/// A promise about the database: what the writing connection says, and what it has to say.
package struct DatabaseSetting: Sendable, Equatable {
    /// The pragma's name.
    package var name: String
    package var value: String
    package var expected: String

    /// What durability and our own rules rest on.
    private static let promises = [
        ("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"), ("trusted_schema", "0"),
        ("page_size", "\(Schema.pageSize)"), ("application_id", "\(Schema.applicationID)"), ("secure_delete", "1"),
    ]

    /// Asks the connection that is given: a setting of one connection says nothing about another.
    static func read(_ database: Database) throws -> [DatabaseSetting] {
        try promises.map { name, expected in
            let value = try DatabaseValue.fetchOne(database, sql: "PRAGMA \(name)")?.description ?? "nothing"
            return DatabaseSetting(name: name, value: value.trimmingCharacters(in: ["\""]), expected: expected)
        }
    }
}

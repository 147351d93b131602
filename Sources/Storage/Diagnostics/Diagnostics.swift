import Bytes
import Domain
import Foundation
import GRDB

/// What the store finds when it looks at itself, at one instant.
public struct Diagnostics: Sendable, Equatable {
    public struct Disk: Sendable, Equatable {
        /// What the daemon's user may still write.
        public var freeBytes: Int64 = 0
        public var bytes: Int64 = 0
        /// Both 0 where the file system does not count them.
        public var freeInodes: Int64 = 0
        public var inodes: Int64 = 0
    }

    public var at: UnixMillis
    /// The newest schema change that the database has; empty for none.
    public var schemaVersion = ""
    /// The newest one that this program knows.
    public var schemaExpected = ""
    /// Of the connection that writes.
    public var settings: [DatabaseSetting] = []
    public var sqliteVersion = ""
    public var databaseBytes: Int64 = 0
    public var disk = Disk()
    public var reserveBytes: Int64 = 0
    public var reserveExpectedBytes: Int64 = 0
    public var stateDirectory = ""
    public var stateUID: UInt32 = 0
    /// Permission bits.
    public var stateMode: UInt32 = 0
    public var daemonUID: UInt32 = 0
    public var auditEvents: Int64 = 0
    public var auditHeadHash = Digest256.zero
    public var auditHeadAt: UnixMillis?
    /// Whether the newest event is the one that the head names.
    public var auditHeadMatches = false
    /// When the last prune that succeeded began.
    public var lastPruneAt: UnixMillis?
}

/// A promise about the database: what the writing connection says, and what it has to say.
public struct DatabaseSetting: Sendable, Equatable {
    /// The pragma's name.
    public var name: String
    public var value: String
    public var expected: String

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

import Foundation
import GRDB

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

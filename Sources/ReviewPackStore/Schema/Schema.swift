import GRDB

/// The named, append-only list of schema changes. An entry that was ever released is never edited; a change is a new entry.
enum Schema {
    /// "RPK1": marks the file as ours.
    static let applicationID: Int32 = 0x5250_4B31
    static let pageSize = 16_384

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-initial") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            for statement in initialDirectory + initialEvidence + initialPacks + initialRecords {
                try database.execute(sql: statement)
            }
        }
        return migrator
    }
}

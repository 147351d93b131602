import GRDB

/// Migration 0006: tells the texts that a scanner's record brought from those of native records, which a converter
/// writes.
///
/// A pack shows a catalogue's text with less redaction (Docs/PACK-FORMAT.md), so a text of which this is not certain is
/// none:
///
/// 1. A native record has no result, and a finding never changes its format. A text that a finding without a result has
///    is not a scanner's, also where a scanner's finding shares it.
/// 2. Texts stored from now on belong to one format (`CheckTexts`), so no native finding comes to share a text marked
///    here.
enum CatalogueOrigin {
    static func migrate(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE check_text ADD COLUMN from_scanner INTEGER NOT NULL DEFAULT 0")
        try database.execute(
            sql: """
                UPDATE check_text SET from_scanner = 1
                WHERE id NOT IN (SELECT check_text FROM finding WHERE result = 0)
                """)
    }
}

import Domain
import GRDB

/// A row of a table, read value by value, with an error where the disk does not hold what the schema promises.
///
/// GRDB's own `row["column"]` ends the process at a NULL or a type that it did not expect, and a byte that another
/// program or a bad disk changed can be just that. So no code reads a `Row` in that way (`SourceTests` looks): a value
/// that is none throws `DamagedRow`, its caller is told DATABASE_DAMAGED, and everybody else is served as before.
///
/// A value is converted only where nothing is lost by it: a text in the place of a number is no number, where SQLite
/// would say 0.
struct StoredRow {
    let row: Row
    /// The table that errors name; of a join, the one whose rows are listed.
    let table: String

    init(_ row: Row, of table: String) {
        self.row = row
        self.table = table
    }

    /// The value of a column. NULL is a value of optional types alone.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws(DamagedRow) -> Value {
        guard let stored = try? row.decode(DatabaseValue.self, forColumn: column),
            let value = Value.fromDatabaseValue(stored)
        else { throw damaged(column) }
        return value
    }

    /// The same where the schema's type is wider than what the column may hold.
    func value<Value: DatabaseValueConvertible & Comparable>(
        _ column: String, in range: ClosedRange<Value>
    ) throws(DamagedRow) -> Value {
        let value: Value = try value(column)
        guard range.contains(value) else { throw damaged(column) }
        return value
    }

    /// The error of a column whose value was read and makes no sense.
    func damaged(_ column: String) -> DamagedRow { DamagedRow(table: table, column: column) }
}

extension Row {
    /// The row as one of `table`, for reading its values.
    func of(_ table: String) -> StoredRow { StoredRow(self, of: table) }
}

/// A stored value that is not what the schema promises.
struct DamagedRow: Error, CustomStringConvertible {
    var table: String
    var column: String

    var description: String { "a row of \(table) holds no legal value in \(column)" }

    /// What a caller is told: where it is, but no value.
    var productError: ProductError {
        ProductError(
            .databaseDamaged, "the stored data is damaged: \(description)",
            metadata: ["table": table, "column": column])
    }
}

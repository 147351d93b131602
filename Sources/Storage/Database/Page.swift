import GRDB

/// Which part of an ordered list is wanted: at most `limit` items after the item that `after` names.
///
/// A cursor holds the sort key of the last item seen, so that a page neither repeats nor loses items when rows come or
/// go.
package struct PageRequest<Cursor: Sendable>: Sendable {
    /// 1 or more; the caller clamps it.
    package var limit: Int
    package var after: Cursor?

    package init(limit: Int, after: Cursor? = nil) {
        self.limit = limit
        self.after = after
    }
}

/// One page of a list and the cursor of the next; `next` is nil on the last page. It may hold less than was asked for,
/// never nothing before the last: every list is cut by bytes, so that each answer fits into one message.
package struct PageResult<Item: Sendable, Cursor: Sendable>: Sendable {
    package var items: [Item]
    package var next: Cursor?

    package init(items: [Item], next: Cursor? = nil) {
        self.items = items
        self.next = next
    }

    /// How many bytes a page's items may have, so that it fits into one message of any size that can be set
    /// (`max_message_kib`) and a page of the largest items takes no more memory than one of usual ones.
    static var byteLimit: Int { 1 << 20 }

    /// Takes items until there are `limit`, or until their `bytes` pass `byteLimit`.
    init(
        limit: Int, reading next: () throws -> Item?, bytes: (Item) -> Int, cursor: (Item) -> Cursor
    ) rethrows {
        items = []
        var taken = 0
        while let item = try next() {
            taken += bytes(item)
            if let last = items.last, items.count == limit || taken > Self.byteLimit {
                self.next = cursor(last)
                return
            }
            items.append(item)
        }
    }
}

extension PageResult where Cursor == NumberCursor {
    /// Takes rows that are ordered by their numbers. The page ends where its rows do: one that `item` leaves out, or
    /// that was deleted since, moves nothing.
    init(
        reading rows: RowCursor, of table: String, limit: Int, item: (StoredRow) throws -> Item?, bytes: (Item) -> Int
    ) throws {
        let page = try PageResult<(number: Int64, item: Item?), NumberCursor>(
            limit: limit,
            reading: {
                try rows.next().map { row in
                    let row = row.of(table)
                    return (try row.value("number"), try item(row))
                }
            }, bytes: { $0.item.map(bytes) ?? 0 }, cursor: { NumberCursor(number: $0.number) })
        self.init(items: page.items.compactMap(\.item), next: page.next)
    }
}

/// The WHERE clause of a listing, built from the conditions that are set. Texts are constants of ours; values are
/// always bound.
struct Conditions {
    private var texts: [String] = []
    private(set) var arguments = StatementArguments()

    /// Adds `text`, which holds one `?`, when there is a value.
    mutating func add(_ text: String, _ value: (any DatabaseValueConvertible)?) {
        guard let value else { return }
        add(text, [value])
    }

    mutating func add(_ text: String, _ values: StatementArguments = StatementArguments()) {
        texts.append(text)
        arguments += values
    }

    /// Adds `column IN (?, ...)`; no values match nothing.
    mutating func add(_ column: String, in values: [any DatabaseValueConvertible]) {
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        add("\(column) IN (\(marks))", StatementArguments(values))
    }

    var whereClause: String { texts.isEmpty ? "" : "WHERE " + texts.joined(separator: " AND ") }
}

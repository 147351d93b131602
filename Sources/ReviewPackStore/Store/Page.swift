import GRDB

/// Which part of an ordered list is wanted: at most `limit` items after the item that `after` names.
///
/// A cursor holds the sort key of the last item seen, so that a page neither repeats nor loses items when rows come or go.
public struct PageRequest<Cursor: Sendable>: Sendable {
    /// 1 or more; the caller clamps it.
    public var limit: Int
    public var after: Cursor?

    public init(limit: Int, after: Cursor? = nil) {
        self.limit = limit
        self.after = after
    }
}

/// One page of a list and the cursor of the next; `next` is nil on the last page. It may hold less than was asked for, never nothing
/// before the last.
public struct PageResult<Item: Sendable, Cursor: Sendable>: Sendable {
    public var items: [Item]
    public var next: Cursor?

    public init(items: [Item], next: Cursor? = nil) {
        self.items = items
        self.next = next
    }

    /// Cuts a list that was read with one item more than the limit, and takes the cursor from the last item kept.
    init(reading items: [Item], limit: Int, cursor: (Item) -> Cursor) {
        if items.count > limit {
            self.items = Array(items.prefix(limit))
            next = self.items.last.map(cursor)
        } else {
            self.items = items
        }
    }

    /// How many bytes a page's items may have, so that it fits into one message of any size that can be set (`max_message_kib`) and
    /// a page of the largest items takes no more memory than one of usual ones.
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
    /// Cuts rows that were read with one more than the limit. The page ends where its rows do: one that `item` leaves out, or that
    /// was deleted since, moves nothing.
    init(rows: [Row], of table: String, limit: Int, item: (StoredRow) throws -> Item?) throws {
        let kept = rows.prefix(limit).map { $0.of(table) }
        items = try kept.compactMap(item)
        if rows.count > limit, let last = kept.last { next = NumberCursor(number: try last.value("number")) }
    }
}

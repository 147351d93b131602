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

/// One page of a list and the cursor of the next; `next` is nil on the last page.
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
}

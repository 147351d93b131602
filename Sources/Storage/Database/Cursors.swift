package import Domain

// Where lists go on: each cursor holds the sort key of the last item seen. A caller gets them inside page tokens and
// gives back whatever it likes, so they are compared by the database alone and no number of theirs is worked with.

/// The sort key of the last pack of a page. `asOf` is the clock of the first page, so that a pack that expires between
/// two pages keeps its place.
package struct PackCursor: Sendable, Equatable {
    package var asOf: UnixMillis
    package var status: PackStatus
    package var time: UnixMillis
    package var id: PackID

    package init(asOf: UnixMillis, status: PackStatus, time: UnixMillis, id: PackID) {
        self.asOf = asOf
        self.status = status
        self.time = time
        self.id = id
    }
}

/// Continues a listing by name after this item.
package struct NameCursor<Tag>: Sendable, Equatable {
    package var name: String
    package var id: ID<Tag>

    package init(name: String, id: ID<Tag>) {
        self.name = name
        self.id = id
    }
}

package typealias WorkspaceCursor = NameCursor<IDTag.Workspace>
package typealias TenantCursor = NameCursor<IDTag.Tenant>

/// Continues a listing of rows that are numbered in the order of their making: role bindings, alert rules,
/// notifications and audit events, the last two also newest first.
package struct NumberCursor: Sendable, Equatable {
    package var number: Int64

    package init(number: Int64) { self.number = number }
}

/// Continues a listing of operation runs (newest start first) after this run.
package struct OperationCursor: Sendable, Equatable {
    package var startedAt: UnixMillis
    package var number: Int64

    package init(startedAt: UnixMillis, number: Int64) {
        self.startedAt = startedAt
        self.number = number
    }
}

import Domain

// Where lists go on: each cursor holds the sort key of the last item seen. A caller gets them inside page tokens and
// gives back whatever it likes, so they are compared by the database alone and no number of theirs is worked with.

/// The sort key of the last pack of a page. `asOf` is the clock of the first page, so that a pack that expires between
/// two pages keeps its place.
public struct PackCursor: Sendable, Equatable {
    public var asOf: UnixMillis
    public var status: PackStatus
    public var time: UnixMillis
    public var id: PackID

    public init(asOf: UnixMillis, status: PackStatus, time: UnixMillis, id: PackID) {
        self.asOf = asOf
        self.status = status
        self.time = time
        self.id = id
    }
}

/// Continues a listing by name after this item.
public struct NameCursor<Tag>: Sendable, Equatable {
    public var name: String
    public var id: ID<Tag>

    public init(name: String, id: ID<Tag>) {
        self.name = name
        self.id = id
    }
}

public typealias WorkspaceCursor = NameCursor<IDTag.Workspace>
public typealias TenantCursor = NameCursor<IDTag.Tenant>

/// Continues a listing of rows that are numbered in the order of their making: role bindings, alert rules,
/// notifications and audit events, the last two also newest first.
public struct NumberCursor: Sendable, Equatable {
    public var number: Int64

    public init(number: Int64) { self.number = number }
}

/// Continues a listing of operation runs (newest start first) after this run.
public struct OperationCursor: Sendable, Equatable {
    public var startedAt: UnixMillis
    public var number: Int64

    public init(startedAt: UnixMillis, number: Int64) {
        self.startedAt = startedAt
        self.number = number
    }
}

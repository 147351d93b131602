/// The audit events that callers can cause without end: refused requests, and reads that are audited (tokens,
/// downloads).
///
/// Of refused requests the first of a uid, method and reason in a minute has an event of its own, of reads the first
/// `readBurst` of a uid, subject, method and pack; those that follow within the minute are one event with their count.
/// A read is evidence of who has a pack, so a count never covers two people; a denial names its subject only while all
/// that it counts have the same.
public struct CountedEvents: Sendable {
    public static let readBurst = 30
    public static let flushSeconds = Coalescer<EventKind, Happening>.flushSeconds

    /// An event that is to be appended to the chain.
    public struct Event: Equatable, Sendable {
        public var entry: AuditEntry
        public var actor: Actor
        public var method: String
        public var at: UnixMillis
    }

    private struct Happening: Sendable {
        var entry: AuditEntry
        var actor: Actor
        var method: String

        /// The event stands for all of them, so it names only what all of them have in common.
        mutating func merge(_ other: Happening) {
            if actor != other.actor { actor.onBehalfOf = nil }
            if entry.workspaceID != other.entry.workspaceID { entry.workspaceID = nil }
            if entry.tenantID != other.entry.tenantID { entry.tenantID = nil }
            if entry.packID != other.entry.packID { entry.packID = nil }
            entry.details = entry.details.filter { other.entry.details[$0.key] == $0.value }
        }
    }

    private struct EventKind: Hashable, Sendable {
        var uid: UInt32?
        /// Who a read is done for; nil for denials, of which a caller could make new kinds by naming ever new subjects.
        var onBehalfOf: ExactText?
        var method: String
        /// The reason of a denial, the pack of a read.
        var object: String
    }

    public init() {}

    private var denials = Coalescer<EventKind, Happening> { $0.merge($1) }
    private var reads = Coalescer<EventKind, Happening>(burst: readBurst) { $0.merge($1) }

    /// Events that could not be written; they go with the next that can, and no read is served before them.
    private var unwritten: [Event] = []
    /// How many of those are kept. More would be of a storage that has failed for long, which the journal says for
    /// each.
    public static let maximumUnwritten = 4096

    /// How many kinds of denials, and of reads, are followed at once.
    public static let maximumKinds = Coalescer<EventKind, Happening>.maximumKinds

    /// Whether a count waits for the end of its minute.
    public var hasPending: Bool { denials.hasPending || reads.hasPending || !unwritten.isEmpty }

    /// Notes a denial; returns what must be written now.
    public mutating func note(_ denial: Denial, at now: UnixMillis) -> [Event] {
        let entry = AuditEntry(
            .denial, outcome: .denied, reason: denial.reason, workspaceID: denial.workspaceID,
            tenantID: denial.tenantID, packID: denial.packID)
        let kind = EventKind(uid: denial.actor.uid, method: denial.method, object: denial.reason)
        let happening = Happening(entry: entry, actor: denial.actor, method: denial.method)
        return denials.note(happening, of: kind, at: now).map(Self.event)
    }

    /// Notes a read; returns what must be written now.
    public mutating func note(read entry: AuditEntry, _ stamp: ActionStamp, at now: UnixMillis) -> [Event] {
        let kind = EventKind(
            uid: stamp.actor.uid, onBehalfOf: stamp.actor.onBehalfOf, method: stamp.method,
            object: entry.packID?.description ?? "")
        let happening = Happening(entry: entry, actor: stamp.actor, method: stamp.method)
        return reads.note(happening, of: kind, at: now).map(Self.event)
    }

    /// Takes the counts whose minute is over; all of them when `now` is nil.
    public mutating func drain(endedBy now: UnixMillis?) -> [Event] {
        let told = denials.drain(endedBy: now) + reads.drain(endedBy: now)
        return takeUnwritten() + told.map(Self.event).sorted { $0.at < $1.at }
    }

    /// Keeps events that could not be written.
    public mutating func putBack(_ events: some Sequence<Event>) {
        unwritten += events.prefix(max(0, Self.maximumUnwritten - unwritten.count))
    }

    public mutating func takeUnwritten() -> [Event] {
        defer { unwritten = [] }
        return unwritten
    }

    private static func event(_ told: Coalescer<EventKind, Happening>.Told) -> Event {
        var event = Event(entry: told.item.entry, actor: told.item.actor, method: told.item.method, at: told.at)
        event.entry.count = told.count
        return event
    }
}

import ReviewPackModel

/// The audit events that callers can cause without end: refused requests, and reads that are audited (tokens, downloads).
///
/// Of refused requests the first of a uid, method and reason in a minute has an event of its own, of reads the first `readBurst` of a
/// uid, method and pack; those that follow within the minute are one event with their count.
struct CountedEvents {
    static let readBurst = 30

    /// An event that is to be appended to the chain.
    struct Event: Equatable {
        var entry: AuditEntry
        var actor: Actor
        var method: String
        var at: UnixMillis
    }

    private struct Happening {
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

    private struct Kind: Hashable {
        var uid: UInt32?
        var method: String
        /// The reason of a denial, the pack of a read.
        var subject: String
    }

    private var denials = Coalescer<Kind, Happening> { $0.merge($1) }
    private var reads = Coalescer<Kind, Happening>(burst: readBurst) { $0.merge($1) }

    /// How many kinds of denials, and of reads, are followed at once.
    static let maximumKinds = Coalescer<Kind, Happening>.maximumKinds

    /// Whether a count waits for the end of its minute.
    var hasPending: Bool { denials.hasPending || reads.hasPending }

    /// Notes a denial; returns what must be written now.
    mutating func note(_ denial: Denial, at now: UnixMillis) -> [Event] {
        let entry = AuditEntry(
            .denial, outcome: .denied, reason: denial.reason, workspaceID: denial.workspaceID,
            tenantID: denial.tenantID, packID: denial.packID)
        let kind = Kind(uid: denial.actor.uid, method: denial.method, subject: denial.reason)
        let happening = Happening(entry: entry, actor: denial.actor, method: denial.method)
        return denials.note(happening, of: kind, at: now).map(Self.event)
    }

    /// Notes a read; returns what must be written now.
    mutating func note(read entry: AuditEntry, _ stamp: ActionStamp, at now: UnixMillis) -> [Event] {
        let kind = Kind(uid: stamp.actor.uid, method: stamp.method, subject: entry.packID?.description ?? "")
        let happening = Happening(entry: entry, actor: stamp.actor, method: stamp.method)
        return reads.note(happening, of: kind, at: now).map(Self.event)
    }

    /// Takes the counts whose minute is over; all of them when `now` is nil.
    mutating func drain(endedBy now: UnixMillis?) -> [Event] {
        let told = denials.drain(endedBy: now) + reads.drain(endedBy: now)
        return told.map(Self.event).sorted { $0.at < $1.at }
    }

    private static func event(_ told: Coalescer<Kind, Happening>.Told) -> Event {
        var event = Event(entry: told.item.entry, actor: told.item.actor, method: told.item.method, at: told.at)
        event.entry.count = told.count
        return event
    }
}

import ReviewPackModel

/// Decides how refused requests become audit events: the first of a kind at once, those of the following minute as one with a count.
///
/// A kind is a uid, a method and a reason. Pure: times come in, events to write come out. The chain is only ever appended to, so a
/// count that is still growing is kept here and lost by a crash; the first event of the minute is on disk by then.
struct DenialCoalescer {
    static let windowMilliseconds: Int64 = 60_000
    /// How many kinds are followed at once; further ones close the oldest window early.
    static let maximumWindows = 1024

    struct Event: Equatable {
        var denial: Denial
        var count: Int64
        var at: UnixMillis
    }

    private struct Kind: Hashable {
        var uid: UInt32?
        var method: String
        var reason: String
    }

    private struct Window {
        var opened: UnixMillis
        var pending: Event?
    }

    private var windows: [Kind: Window] = [:]

    /// Whether a count waits for the end of its minute.
    var hasPending: Bool { windows.values.contains { $0.pending != nil } }

    /// Notes a denial; returns what must be written now.
    mutating func note(_ denial: Denial, at now: UnixMillis) -> [Event] {
        let kind = Kind(uid: denial.actor.uid, method: denial.method, reason: denial.reason)
        if var window = windows[kind], isOpen(window, now) {
            if var pending = window.pending {
                pending.count += 1
                pending.at = now
                // The event stands for all of them, so it names only what all of them have in common.
                if pending.denial.actor != denial.actor { pending.denial.actor.onBehalfOf = nil }
                if pending.denial.workspaceID != denial.workspaceID { pending.denial.workspaceID = nil }
                if pending.denial.tenantID != denial.tenantID { pending.denial.tenantID = nil }
                if pending.denial.packID != denial.packID { pending.denial.packID = nil }
                window.pending = pending
            } else {
                window.pending = Event(denial: denial, count: 1, at: now)
            }
            windows[kind] = window
            return []
        }
        var due: [Event] = []
        if let pending = windows.removeValue(forKey: kind)?.pending { due.append(pending) }
        if windows.count >= DenialCoalescer.maximumWindows,
            let oldest = windows.min(by: { $0.value.opened < $1.value.opened })
        {
            windows.removeValue(forKey: oldest.key)
            if let pending = oldest.value.pending { due.append(pending) }
        }
        windows[kind] = Window(opened: now)
        due.append(Event(denial: denial, count: 1, at: now))
        return due
    }

    /// Takes the counts whose minute is over; all of them when `now` is nil.
    mutating func drain(endedBy now: UnixMillis?) -> [Event] {
        var due: [Event] = []
        for (kind, window) in windows {
            if let now, isOpen(window, now) { continue }
            windows.removeValue(forKey: kind)
            if let pending = window.pending { due.append(pending) }
        }
        return due.sorted { $0.at < $1.at }
    }

    /// A clock that went back closes the window, too.
    private func isOpen(_ window: Window, _ now: UnixMillis) -> Bool {
        now >= window.opened && now < window.opened.advanced(byMilliseconds: DenialCoalescer.windowMilliseconds)
    }
}

/// Decides which of many similar events are reported one by one and which are counted: the first `burst` of a kind in a
/// minute are reported at once, the rest of that minute as one with a count.
///
/// Pure: times come in, what must be told now comes out. A count that is still growing is kept here and lost by a
/// crash; the first ones of the minute are told by then.
public struct Coalescer<Kind: Hashable & Sendable, Item: Sendable>: Sendable {
    public static var windowMilliseconds: Int64 { 60_000 }
    /// When to look for counts whose minute is over: a second after it.
    public static var flushSeconds: Int { 61 }
    /// How many kinds are followed at once; further ones close the oldest window early.
    public static var maximumKinds: Int { 1024 }

    /// What is to be told: an item, how many it stands for, and when the last of them was.
    public struct Told: Sendable {
        public var item: Item
        public var count: Int64
        public var at: UnixMillis
    }

    private struct Window: Sendable {
        var opened: UnixMillis
        var told: Int
        var pending: Told?
    }

    private let burst: Int
    private let merge: @Sendable (inout Item, Item) -> Void
    private var windows: [Kind: Window] = [:]

    /// - Parameters:
    ///   - burst: how many of a kind and minute are told one by one, 1 or more.
    ///   - merge: makes an item stand for another one as well: it takes away what they do not have in common.
    public init(burst: Int = 1, merge: @escaping @Sendable (inout Item, Item) -> Void) {
        self.burst = burst
        self.merge = merge
    }

    /// Whether a count waits for the end of its minute.
    public var hasPending: Bool { windows.values.contains { $0.pending != nil } }

    /// Notes what happened; returns what must be told now.
    public mutating func note(_ item: Item, of kind: Kind, at now: UnixMillis) -> [Told] {
        guard var window = windows[kind], isOpen(window, now) else { return begin(item, of: kind, at: now) }
        defer { windows[kind] = window }
        if window.told < burst {
            window.told += 1
            return [Told(item: item, count: 1, at: now)]
        }
        if var pending = window.pending {
            merge(&pending.item, item)
            pending.count += 1
            pending.at = now
            window.pending = pending
        } else {
            window.pending = Told(item: item, count: 1, at: now)
        }
        return []
    }

    /// Takes the counts whose minute is over; all of them when `now` is nil.
    public mutating func drain(endedBy now: UnixMillis?) -> [Told] {
        var due: [Told] = []
        for (kind, window) in windows {
            if let now, isOpen(window, now) { continue }
            windows.removeValue(forKey: kind)
            if let pending = window.pending { due.append(pending) }
        }
        return due.sorted { $0.at < $1.at }
    }

    private mutating func begin(_ item: Item, of kind: Kind, at now: UnixMillis) -> [Told] {
        var due: [Told] = []
        if let pending = windows.removeValue(forKey: kind)?.pending { due.append(pending) }
        if windows.count >= Self.maximumKinds, let oldest = windows.min(by: { $0.value.opened < $1.value.opened }) {
            windows.removeValue(forKey: oldest.key)
            if let pending = oldest.value.pending { due.append(pending) }
        }
        windows[kind] = Window(opened: now, told: 1)
        due.append(Told(item: item, count: 1, at: now))
        return due
    }

    /// A clock that went back closes the window, too.
    private func isOpen(_ window: Window, _ now: UnixMillis) -> Bool {
        now >= window.opened && now < window.opened.advanced(byMilliseconds: Self.windowMilliseconds)
    }
}

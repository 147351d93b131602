/// On whose behalf the store works: readers and the writer take requesters in turn.
package enum Requester: Hashable, Sendable {
    /// The daemon itself: recovery, alerts, counts that are written late.
    case service
    /// The user that the kernel names as the caller, whomever it speaks for.
    case user(UInt32)

    /// The requester of the running task. Whoever answers a call sets it; a task that inherits nothing works for the
    /// service.
    @TaskLocal package static var current: Requester = .service
}

/// What waits for one of a few places, by who asks for it: nobody's many items keep another's waiting.
///
/// 1. Picks the least recently served requester; a new one stands behind all who wait.
/// 2. A requester has at most `share` places, however many are free.
/// 3. Items of one requester keep their order.
/// 4. Who waits stands in the line once, and nobody else does; the counts are the sums (`isConsistent`).
///
/// Pure: who holds it calls `next` after every change, and starts what it returns.
package struct FairLine<Item: Sendable>: Sendable {
    /// Names an item that waits, so that it can be taken out again.
    package struct Ticket: Hashable, Sendable {
        fileprivate let requester: Requester
        fileprivate let number: UInt64
    }

    private struct Entry: Sendable {
        let number: UInt64
        let item: Item
    }

    /// How many items may run at a time, 1 or more; lowering it stops none that run.
    package var places: Int {
        didSet { places = max(1, places) }
    }
    private let share: Int
    private var waiting: [Requester: [Entry]] = [:]
    /// Those who wait, in the order of their turns.
    private var line: [Requester] = []
    private var running: [Requester: Int] = [:]
    private var numbers: UInt64 = 0
    package private(set) var waitingCount = 0
    package private(set) var runningCount = 0

    /// - Parameters:
    ///   - places: how many items may run at a time, 1 or more.
    ///   - share: how many of them one requester may have, 1 or more.
    package init(places: Int, share: Int) {
        self.places = max(1, places)
        self.share = max(1, share)
    }

    /// How many items of one requester wait.
    package func waitingCount(of requester: Requester) -> Int { waiting[requester]?.count ?? 0 }

    @discardableResult
    package mutating func add(_ item: Item, of requester: Requester) -> Ticket {
        numbers += 1
        if waiting[requester] == nil { line.append(requester) }
        waiting[requester, default: []].append(Entry(number: numbers, item: item))
        waitingCount += 1
        assert(isConsistent)
        return Ticket(requester: requester, number: numbers)
    }

    /// Takes a place without waiting; false when none is free for this requester. What waits while one is free waits
    /// for a share.
    package mutating func admit(_ requester: Requester) -> Bool {
        guard runningCount < places, hasRoom(requester) else { return false }
        begin(requester)
        return true
    }

    /// Begins the item whose turn it is; nil when no place is free, nobody may have one, or `accepts` says no to that
    /// item.
    package mutating func next(if accepts: (Item) -> Bool = { _ in true }) -> (requester: Requester, item: Item)? {
        guard runningCount < places, let index = line.firstIndex(where: hasRoom),
            let entry = waiting[line[index]]?.first, accepts(entry.item)
        else { return nil }
        let requester = line[index]
        take(entry.number, of: requester)
        begin(requester)
        moveBack(requester)
        assert(isConsistent)
        return (requester, entry.item)
    }

    /// Frees the place of an item that began.
    package mutating func end(of requester: Requester) {
        guard let count = running[requester] else { return }
        running[requester] = count > 1 ? count - 1 : nil
        runningCount -= 1
        moveBack(requester)
        assert(isConsistent)
    }

    /// Takes an item out that has not begun; nil when it has.
    @discardableResult
    package mutating func remove(_ ticket: Ticket) -> Item? { take(ticket.number, of: ticket.requester) }

    /// Takes everything out that has not begun, in the order in which it came.
    package mutating func removeAll() -> [Item] {
        let entries = waiting.values.joined().sorted { $0.number < $1.number }
        waiting = [:]
        line = []
        waitingCount = 0
        return entries.map(\.item)
    }

    private var isConsistent: Bool {
        line.count == waiting.count && line.allSatisfy { waiting[$0]?.isEmpty == false }
            && Set(line).count == line.count
            && waitingCount == waiting.values.reduce(0) { $0 + $1.count }
            && runningCount == running.values.reduce(0, +)
            && running.values.allSatisfy { (1...share).contains($0) }
    }

    private func hasRoom(_ requester: Requester) -> Bool { running[requester] ?? 0 < share }

    private mutating func begin(_ requester: Requester) {
        running[requester, default: 0] += 1
        runningCount += 1
        assert(runningCount <= places)
    }

    @discardableResult
    private mutating func take(_ number: UInt64, of requester: Requester) -> Item? {
        guard let index = waiting[requester]?.firstIndex(where: { $0.number == number }) else { return nil }
        let entry = waiting[requester]?.remove(at: index)
        waitingCount -= 1
        if waiting[requester]?.isEmpty == true {
            waiting[requester] = nil
            line.removeAll { $0 == requester }
        }
        return entry?.item
    }

    private mutating func moveBack(_ requester: Requester) {
        guard let index = line.firstIndex(of: requester) else { return }
        line.remove(at: index)
        line.append(requester)
    }
}

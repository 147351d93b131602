/// Whose turn it is, so that nobody's many jobs keep another's waiting: of those who wait the one who was served the longest ago.
///
/// Who was never served comes before who was; among equals the first to come is first. Pure.
struct Turns {
    private var lastTurn: [UInt32: UInt64] = [:]
    private var turns: UInt64 = 0

    /// The place in the line of the one to serve; nil when nobody waits.
    ///
    /// - Parameter waiting: the uids of those who wait, in the order in which they came.
    mutating func next(of waiting: some Collection<UInt32>) -> Int? {
        let line = waiting.enumerated().map { (place: $0.offset, uid: $0.element, turn: lastTurn[$0.element] ?? 0) }
        guard let chosen = line.min(by: { ($0.turn, $0.place) < ($1.turn, $1.place) }) else { return nil }
        turns += 1
        lastTurn[chosen.uid] = turns
        return chosen.place
    }

    /// Begins anew: to be called when nobody waits and nothing runs.
    ///
    /// Not earlier: who comes back just after its only job ended would be served before those who have waited meanwhile.
    mutating func reset() { self = Turns() }
}

import Domain
import Synchronization

/// What must happen after a commit and before its callers hear of it.
struct CommitEffects: Sendable {
    var accessChanges: [AccessChange] = []
    var packChanges: [PackChange] = []
    var crowded: Set<Principal> = []

    mutating func add(_ other: CommitEffects) {
        accessChanges += other.accessChanges
        packChanges += other.packChanges
        crowded.formUnion(other.crowded)
    }
}

/// Receivers that have more notifications than are kept: the oldest go in a write of the service's own, soon after the
/// one that made them too many, so that an event costs what its own notifications cost.
final class CrowdedReceivers: Sendable {
    /// How many notifications of one receiver are kept; the oldest go first, read or not.
    static let kept = 1000
    /// How many more there may be until they go, so that not every notification takes one away.
    static let slack = 100

    private struct State {
        var beingTrimmed: Set<Principal> = []
        var trim: (@Sendable (Principal) -> Void)?
    }

    private let state = Mutex(State())

    /// Sets what removes a receiver's oldest notifications; it must call `done` afterwards.
    func whenCrowded(_ trim: @escaping @Sendable (Principal) -> Void) { state.withLock { $0.trim = trim } }

    func note(_ receivers: Set<Principal>) {
        for receiver in receivers {
            let trim = state.withLock { $0.beingTrimmed.insert(receiver).inserted ? $0.trim : nil }
            trim?(receiver)
        }
    }

    func done(_ receiver: Principal) { state.withLock { _ = $0.beingTrimmed.remove(receiver) } }
}

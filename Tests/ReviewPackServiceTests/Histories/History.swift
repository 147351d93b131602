import ReviewPackModel
import ReviewPackStore
import Synchronization

/// What happened in a service: every commit that changed a pack in the order of the commits, and every call with its interval.
///
/// All instants come from one counter, so that "before" is decided without a clock. A commit is stamped on the writer's thread, before
/// its callers are answered.
final class History: Sendable {
    struct Change: Sendable {
        var at: Int
        var pack: PackID
        var tenant: TenantID
        var status: PackStatus
    }

    /// What a call was answered.
    enum Answer: Sendable, Equatable {
        case created(PackID)
        case reused(PackID)
        case inProgress(PackID)
        case expired(PackID)
        case alreadyExpired(PackID)
        case cannotExpire(PackID)
        case cancelled(PackID)
        case cannotCancel(PackID)
        case pruned(Int)
        case pruneRefused
        case seen(PackID, PackStatus)
        case downloaded(PackID)
        case downloadRefused(PackID, String)
        /// The clock moved past every pack's time.
        case clockMoved
        case unexpected(String)
    }

    struct Call: Sendable {
        var begin: Int
        var end: Int
        var answer: Answer
    }

    private struct State {
        var counter = 0
        var changes: [Change] = []
        var calls: [Call] = []
        var packs: [PackID] = []

        mutating func stamp() -> Int {
            counter += 1
            return counter
        }
    }

    private let state = Mutex(State())

    func observe(_ store: Store) {
        store.observePacks { change in
            self.state.withLock { state in
                let at = state.stamp()
                if change.status == .queued { state.packs.append(change.packID) }
                state.changes.append(
                    Change(at: at, pack: change.packID, tenant: change.tenantID, status: change.status))
            }
        }
    }

    func call(_ body: () async -> Answer?) async {
        let begin = state.withLock { $0.stamp() }
        guard let answer = await body() else { return }
        state.withLock { $0.calls.append(Call(begin: begin, end: $0.stamp(), answer: answer)) }
    }

    var changes: [Change] { state.withLock { $0.changes } }
    var calls: [Call] { state.withLock { $0.calls } }
    var packs: [PackID] { state.withLock { $0.packs } }
}

import Bytes
import Domain
import Storage
import Synchronization

/// What happened in a service: every commit that changed a pack in the order of the commits, and every call with its
/// interval.
///
/// All instants come from one counter, so that "before" is decided without a clock. A commit is stamped on the writer's
/// thread, before its callers are answered.
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
        /// A pack of the same evidence is past its time, and the clock is doubted: its bytes stay where they are.
        case heldBack(PackID)
        case expired(PackID)
        case alreadyExpired(PackID)
        case cannotExpire(PackID)
        case cancelled(PackID)
        case cannotCancel(PackID)
        /// How many packs expired by it, and how many rows of packs it removed.
        case pruned(expired: Int, removed: Int)
        case pruneRefused
        case seen(PackID, PackStatus)
        case downloaded(PackID)
        case downloadRefused(PackID, String)
        /// There is no such pack any more.
        case gone(PackID)
        /// The clock moved past every pack's time.
        case clockMoved
        case unexpected(String)
    }

    /// What a pack's row says beside its status, and keeps saying once it is there.
    struct Facts: Sendable {
        var fingerprint: Digest256?
        var failure: FailureReason?
        var supersededBy: PackID?
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
        var facts: [PackID: Facts] = [:]

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

    /// Reads the packs' rows, as long as they are there; gives those that are gone.
    ///
    /// Called before each prune and at the end, it misses none: what a prune removes has stood still for weeks.
    @discardableResult
    func readRows(_ store: Store) async throws -> Set<PackID> {
        var gone: Set<PackID> = []
        for id in packs {
            if let pack = try await store.pack(id) {
                let facts = Facts(
                    fingerprint: pack.fingerprint, failure: pack.failureReason, supersededBy: pack.supersededBy)
                state.withLock { $0.facts[id] = facts }
            } else {
                gone.insert(id)
            }
        }
        return gone
    }

    var changes: [Change] { state.withLock { $0.changes } }
    var calls: [Call] { state.withLock { $0.calls } }
    var packs: [PackID] { state.withLock { $0.packs } }
    var facts: [PackID: Facts] { state.withLock { $0.facts } }
}

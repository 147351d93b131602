import Domain
import GRDB
import Synchronization

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

extension Store {
    func trimNotifications(of receiver: Principal) {
        Task {
            do {
                try await write { try $0.trimNotifications(of: receiver) }
            } catch {
                logger.warning("old notifications were not removed", metadata: ["error": "\(error)"])
            }
            crowds.done(receiver)
        }
    }
}

extension WriteTransaction {
    /// Notes the receiver when it has too many notifications; counts no further than that.
    func noteIfCrowded(_ receiver: Principal) throws {
        let limit = CrowdedReceivers.kept + CrowdedReceivers.slack
        let count = try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM notification WHERE receiver = ? LIMIT \(limit + 1))"),
            arguments: [receiver.receiverNumber])
        if count ?? 0 > limit { noteCrowded(receiver) }
    }

    /// At most a batch: of a receiver that has very many they go with the notifications that follow.
    fileprivate func trimNotifications(of receiver: Principal) throws {
        try execute(
            """
            DELETE FROM notification WHERE number IN (SELECT number FROM notification WHERE receiver = ?
                AND recipient = ? ORDER BY number DESC LIMIT 500 OFFSET \(CrowdedReceivers.kept))
            """, [receiver.receiverNumber, receiver])
    }
}

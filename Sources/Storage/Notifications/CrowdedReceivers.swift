import Domain
import GRDB

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

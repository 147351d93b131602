import Domain
import Synchronization

/// Who may import: each uid has a bounded number of imports under way, so that no caller can take the others' share.
final class ImportPermits: Sendable {
    private let used = Mutex<[UInt32: Int]>([:])

    /// Takes a permit for `uid` until `release`; JOB_LIMIT when all `limit` are taken.
    func take(uid: UInt32, limit: Int) throws(ProductError) {
        let taken = used.withLock { used in
            let count = used[uid] ?? 0
            guard count < limit else { return false }
            used[uid] = count + 1
            return true
        }
        guard taken else {
            throw ProductError(
                .jobLimit, "this user has \(limit) imports under way, which is the limit; wait for one to end",
                metadata: ["limit": "\(limit)"])
        }
    }

    func release(uid: UInt32) {
        used.withLock { used in
            guard let count = used[uid] else { return assertionFailure("a permit was given back that nobody took") }
            used[uid] = count > 1 ? count - 1 : nil
        }
    }
}

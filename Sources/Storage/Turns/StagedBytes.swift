import Domain
import Synchronization

/// How many bytes the imports under way have staged, by requester: nobody's uploads take the disk from the others.
final class StagedBytes: Sendable {
    private let held = Mutex<[Requester: Int64]>([:])
    private let limit: Int64

    /// - Parameter limit: the most bytes of one requester.
    init(limit: Int64) { self.limit = limit }

    /// The share of one import of the running task's requester, which ends with the value.
    func share() -> StagedShare { StagedShare(of: .current, in: self) }

    /// What a requester's imports hold together.
    func held(by requester: Requester) -> Int64 { held.withLock { $0[requester] ?? 0 } }

    /// False when the requester would have more than its share; then nothing is added.
    fileprivate func add(_ bytes: Int64, to requester: Requester) -> Bool {
        held.withLock { held in
            let sum = (held[requester] ?? 0) + bytes
            guard bytes <= 0 || sum <= limit else { return false }
            assert(sum >= 0)
            held[requester] = sum > 0 ? sum : nil
            return true
        }
    }

    fileprivate var refusal: ProductError {
        ProductError(
            .stagingLimit,
            """
            this upload would take this user's imports past \(limit) bytes of staged data; wait for another import to \
            end, or split the file
            """,
            metadata: ["limit": "\(limit)"])
    }
}

/// What one import has staged.
final class StagedShare: Sendable {
    private let mine = Mutex<Int64>(0)
    private let requester: Requester
    private let all: StagedBytes

    fileprivate init(of requester: Requester, in all: StagedBytes) {
        self.requester = requester
        self.all = all
    }

    deinit { _ = all.add(-mine.withLock { $0 }, to: requester) }

    /// Notes that the import has now staged `bytes` in all; STAGING_LIMIT when that is more than its user's share.
    func hold(_ bytes: Int64) throws(ProductError) {
        let isHeld = mine.withLock { mine in
            guard all.add(bytes - mine, to: requester) else { return false }
            mine = bytes
            return true
        }
        if !isHeld { throw all.refusal }
    }
}

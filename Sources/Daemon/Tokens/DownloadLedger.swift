import Domain
import Synchronization

/// Which tokens have been used for single-call reads, so that a download in a thousand calls is one audit event.
///
/// It forgets the oldest when it is full; a forgotten token only gives one event more.
final class DownloadLedger: Sendable {
    private struct Key: Hashable {
        var pack: PackID
        var uid: UInt32
        var subject: ExactText?
        var issuedAt: UnixMillis

        init(_ claims: TokenClaims) {
            pack = claims.pack
            uid = claims.uid
            subject = claims.subject
            issuedAt = claims.issuedAt
        }
    }

    private struct State {
        var known: Set<Key> = []
        var order: [Key] = []
        var head = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 4096) { self.capacity = capacity }

    /// Whether the token's first use is in the audit log already.
    func knows(_ claims: TokenClaims) -> Bool { state.withLock { $0.known.contains(Key(claims)) } }

    /// Remembers a token once its use is in the audit log; before that, a use that could not be recorded must be
    /// refused again.
    func note(_ claims: TokenClaims) {
        let key = Key(claims)
        state.withLock { state in
            guard state.known.insert(key).inserted else { return }
            if state.order.count < capacity {
                state.order.append(key)
            } else {
                state.known.remove(state.order[state.head])
                state.order[state.head] = key
                state.head = (state.head + 1) % capacity
            }
            // What is known is what stands in the ring, each once, and never more than it holds.
            assert(state.known.count == state.order.count && state.order.count <= capacity)
            assert(state.head < capacity)
        }
    }
}

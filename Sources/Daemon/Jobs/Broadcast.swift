import Synchronization

/// Wakes everybody who waits for news of a key; what the news is, each looks up for itself.
///
/// A subscriber that is slow misses no state, only intermediate wake-ups: at most one is kept for it.
final class Broadcast<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var subscribers: [Key: [UInt64: AsyncStream<Void>.Continuation]] = [:]
        var next: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Wake-ups for `key` until the task is cancelled or `finish` is called; the first comes at once.
    func subscribe(_ key: Key) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let token: UInt64? = state.withLock { state in
            if state.isFinished { return nil }
            state.next += 1
            state.subscribers[key, default: [:]][state.next] = continuation
            return state.next
        }
        continuation.yield()
        guard let token else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(token, of: key) }
        return stream
    }

    func wake(_ key: Key) {
        let subscribers = state.withLock { Array(($0.subscribers[key] ?? [:]).values) }
        for subscriber in subscribers { subscriber.yield() }
    }

    /// Wakes everybody a last time and ends every stream, also those that come later.
    func finish() {
        let all = state.withLock { state in
            state.isFinished = true
            defer { state.subscribers = [:] }
            return state.subscribers.values.flatMap(\.values)
        }
        for subscriber in all {
            subscriber.yield()
            subscriber.finish()
        }
    }

    private func remove(_ token: UInt64, of key: Key) {
        state.withLock { state in
            state.subscribers[key]?[token] = nil
            if state.subscribers[key]?.isEmpty == true { state.subscribers[key] = nil }
        }
    }
}

/// Wakes everybody who waits for news of one thing; see `Broadcast`.
final class Signal: Sendable {
    private enum Key { case everybody }

    private let broadcast = Broadcast<Key>()

    /// Wake-ups until the task is cancelled or `finish` is called; the first comes at once.
    func subscribe() -> AsyncStream<Void> { broadcast.subscribe(.everybody) }

    func notify() { broadcast.wake(.everybody) }

    /// Wakes everybody a last time and ends every stream, also those that come later.
    func finish() { broadcast.finish() }
}

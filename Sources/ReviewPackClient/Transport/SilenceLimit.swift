import Domain
import Synchronization

/// Ends a wait for a peer that has fallen silent: a connection on which nothing came for too long is closed, and
/// whoever waits on it wakes up.
///
/// Only the time in `wait` counts, so that a slow disk or a pipe that nobody reads is not taken for a silent peer.
final class SilenceLimit: Sendable {
    private struct State {
        /// When the present wait began; nil between waits.
        var waitingSince: ContinuousClock.Instant?
        var isOver = false
    }

    private let limit: Duration
    private let connection: any CallTransport
    private let state = Mutex(State())

    init(_ limit: Duration, on connection: any CallTransport) {
        self.limit = limit
        self.connection = connection
    }

    /// Waits for one message. Throws DEADLINE_EXCEEDED when the limit passed first.
    func wait(_ next: () async throws -> [UInt8]?) async throws -> [UInt8]? {
        state.withLock { $0.waitingSince = .now }
        let watch = Task { await self.closeWhenOver() }
        defer {
            watch.cancel()
            state.withLock { $0.waitingSince = nil }
        }
        do { return try await next() } catch {
            guard state.withLock({ $0.isOver }) else { throw error }
            throw ClientError.silent(for: limit)
        }
    }

    private func closeWhenOver() async {
        do { try await Task.sleep(for: limit) } catch { return }
        let isOver = state.withLock { state in
            // The message may have come while this was on its way.
            state.isOver = state.waitingSince.map { $0.duration(to: .now) >= limit } ?? false
            return state.isOver
        }
        if isOver { await connection.close() }
    }
}

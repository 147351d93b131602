import Synchronization

/// Counts what must be over before a server is: its connections, and the handlers that run.
final class CallTracker: Sendable {
    private struct State {
        var handlers = 0
        var connections = 0
        var nextTicket: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]

        var isIdle: Bool { handlers == 0 && connections == 0 }

        /// Nothing ends that did not begin, and nobody waits for what is so already.
        func checkInvariants() {
            assert(handlers >= 0 && connections >= 0, "more has ended than begun")
            assert(!isIdle || waiters.isEmpty, "somebody waits for what is idle")
        }
    }

    private let state = Mutex(State())

    /// Handlers that have not returned.
    var handlers: Int { state.withLock { $0.handlers } }

    func handlerStarted() { state.withLock { $0.handlers += 1 } }
    func handlerEnded() { change { $0.handlers -= 1 } }
    func connectionOpened() { state.withLock { $0.connections += 1 } }
    func connectionClosed() { change { $0.connections -= 1 } }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            guard state.isIdle else { return [CheckedContinuation<Bool, Never>]() }
            defer {
                state.waiters = [:]
                state.checkInvariants()
            }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    /// Waits until nothing is left, at most for `limit`.
    ///
    /// - Returns: whether nothing is left.
    func waitUntilIdle(atMost limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.idle() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }

    private func idle() async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let verdict: Bool? = state.withLock { state in
                    if state.isIdle { return true }
                    if Task.isCancelled { return false }
                    state.waiters[ticket] = continuation
                    return nil
                }
                if let verdict { continuation.resume(returning: verdict) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: false)
        }
    }
}

import Synchronization

/// Lets requesters take turns at a few places, such as the readers: each has at most half of them, so that a newcomer
/// never waits for the flood of another.
///
/// A call does one thing at a time, so a user has at most as many items waiting as calls (`max_streams_per_user`), and
/// an item waits for at most one item of each other requester before it.
final class FairPlaces: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private let state: Mutex<FairLine<Waiter>>

    /// - Parameter places: how many items run at a time, 1 or more.
    init(places: Int) { state = Mutex(FairLine(places: places, share: max(1, places / 2))) }

    /// Runs `body` when it is the requester's turn. Throws `CancellationError` when the task is cancelled while it
    /// waits.
    func run<Value>(for requester: Requester, _ body: () async throws -> Value) async throws -> Value {
        if !state.withLock({ $0.admit(requester) }) { try await waitForTurn(of: requester) }
        defer { end(of: requester) }
        return try await body()
    }

    /// How many items wait and run.
    var counts: (waiting: Int, running: Int) { state.withLock { ($0.waitingCount, $0.runningCount) } }

    private func waitForTurn(of requester: Requester) async throws {
        try await TurnWaiting.wait(
            add: { waiter in state.withLock { $0.add(waiter, of: requester) } }, start: start,
            giveUp: { [self] ticket in
                state.withLock { $0.remove(ticket) }?.resume(throwing: CancellationError())
            })
    }

    private func end(of requester: Requester) {
        state.withLock { $0.end(of: requester) }
        start()
    }

    private func start() {
        while let (_, waiter) = state.withLock({ $0.next() }) { waiter.resume() }
    }
}

/// Waiting for a turn in a `FairLine`, out of which a cancelled task steps.
enum TurnWaiting {
    typealias Waiter = CheckedContinuation<Void, any Error>

    /// Returns when the waiter is resumed. Throws `CancellationError` when the task is cancelled before its turn.
    ///
    /// - Parameters:
    ///   - add: puts the waiter into the line.
    ///   - start: resumes those whose turn it is.
    ///   - giveUp: takes the waiter out of the line and resumes it with `CancellationError`, unless its turn has begun.
    static func wait<Ticket: Sendable>(
        add: (Waiter) -> Ticket, start: () -> Void, giveUp: @escaping @Sendable (Ticket) -> Void
    ) async throws {
        let ticket = Mutex<Ticket?>(nil)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let added = add(waiter)
                ticket.withLock { $0 = added }
                start()
                // A cancellation that came before the ticket was known found nothing to take out.
                if Task.isCancelled { giveUp(added) }
            }
        } onCancel: {
            if let added = ticket.withLock({ $0 }) { giveUp(added) }
        }
    }
}

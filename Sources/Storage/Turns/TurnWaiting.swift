import Synchronization

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

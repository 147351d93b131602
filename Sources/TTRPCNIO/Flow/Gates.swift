import Synchronization

/// Makes the senders on a connection wait while its peer does not read.
///
/// Counts the bytes that were handed to the event loop and not yet taken by the kernel. Senders enter in the order of
/// their asking; one enters when nothing is outstanding or its bytes still fit under `highWater`, so that at most
/// `highWater` or one message is outstanding, whichever is more. What must not wait (final answers) is `force`d.
final class OutboundGate: Sendable {
    private struct Waiter {
        let ticket: UInt64
        let owner: CallKey
        let bytes: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var outstanding = 0
        var isClosed = false
        var nextTicket: UInt64 = 0
        var waiters: [Waiter] = []

        func hasRoom(for bytes: Int, _ highWater: Int) -> Bool {
            outstanding == 0 || outstanding + bytes <= highWater
        }

        /// Nobody waits who could enter, nor at a closed gate, and nothing leaves that did not enter.
        func checkInvariants(_ highWater: Int) {
            assert(outstanding >= 0, "more has left than entered")
            assert(!isClosed || waiters.isEmpty, "somebody waits at a closed gate")
            assert(
                waiters.first.map { !hasRoom(for: $0.bytes, highWater) } ?? true, "the first waits though there is room"
            )
        }
    }

    /// Whose turn a waiter is for: a number of the call on this side.
    typealias CallKey = UInt64

    private let state = Mutex(State())
    private let highWater: Int

    init(highWater: Int) { self.highWater = highWater }

    /// Bytes handed over and not yet taken by the kernel.
    var outstanding: Int { state.withLock { $0.outstanding } }

    /// Senders that wait.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Waits for room and takes it.
    ///
    /// - Returns: `false` when the connection closed, the owner was evicted or the task cancelled: then nothing is
    /// taken.
    func enter(_ bytes: Int, for owner: CallKey) async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let verdict: Bool? = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return false }
                    if state.waiters.isEmpty, state.hasRoom(for: bytes, highWater) {
                        state.outstanding += bytes
                        return true
                    }
                    state.waiters.append(
                        Waiter(ticket: ticket, owner: owner, bytes: bytes, continuation: continuation))
                    assert(
                        state.waiters.count > 1 || !state.hasRoom(for: bytes, highWater),
                        "it waits though there is room")
                    return nil
                }
                if let verdict { continuation.resume(returning: verdict) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else {
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
            admitWaiters()
        }
    }

    /// Counts bytes that go out whatever waits.
    func force(_ bytes: Int) {
        state.withLock { $0.outstanding += bytes }
    }

    /// The kernel has taken these bytes, or they were thrown away.
    func leave(_ bytes: Int) {
        state.withLock { $0.outstanding -= bytes }
        admitWaiters()
    }

    /// Sends the waiters of one call away, because it has ended.
    func evict(_ owner: CallKey) {
        let evicted: [Waiter] = state.withLock { state in
            let evicted = state.waiters.filter { $0.owner == owner }
            state.waiters.removeAll { $0.owner == owner }
            return evicted
        }
        for waiter in evicted { waiter.continuation.resume(returning: false) }
        admitWaiters()
    }

    /// Sends everybody away, now and from now on.
    func close() {
        let waiters: [Waiter] = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }

    private func admitWaiters() {
        let admitted: [Waiter] = state.withLock { state in
            var admitted: [Waiter] = []
            while let first = state.waiters.first, state.hasRoom(for: first.bytes, highWater) {
                state.outstanding += first.bytes
                admitted.append(state.waiters.removeFirst())
            }
            state.checkInvariants(highWater)
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }
}

/// Decides whether a connection may be read, from the bytes of messages that wait for their consumers.
///
/// Messages are added on the event loop and removed on any thread. Closes above `highWater`; opens again at half of it,
/// and says so.
final class ReadGate: Sendable {
    private struct State {
        var waiting = 0
        var isOpen = true

        /// Closed above `highWater`, open from half of it down; in between as it was.
        func checkInvariants(_ highWater: Int) {
            assert(waiting >= 0, "more was removed than added")
            assert(isOpen ? waiting <= highWater : waiting > highWater / 2, "the gate stands wrongly")
        }
    }

    private let state = Mutex(State())
    private let highWater: Int
    private let onOpen: @Sendable () -> Void

    init(highWater: Int, onOpen: @escaping @Sendable () -> Void) {
        self.highWater = highWater
        self.onOpen = onOpen
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }

    func add(_ bytes: Int) {
        state.withLock { state in
            state.waiting += bytes
            if state.waiting > highWater { state.isOpen = false }
            state.checkInvariants(highWater)
        }
    }

    func remove(_ bytes: Int) {
        let opens = state.withLock { state in
            state.waiting -= bytes
            defer { state.checkInvariants(highWater) }
            guard !state.isOpen, state.waiting <= highWater / 2 else { return false }
            state.isOpen = true
            return true
        }
        if opens { onOpen() }
    }
}

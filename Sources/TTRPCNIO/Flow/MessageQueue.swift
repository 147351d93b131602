import Synchronization

/// A queue of messages between an event loop, which pushes, and one task, which takes; the pusher is told what was
/// taken, so that it can stop reading its socket.
///
/// Invariants; `checkInvariants` asserts the first after each step, `fail` the second:
/// 1. A consumer waits only while the queue is empty and not ended.
/// 2. After `fail` nothing is delivered any more; after `finish` what was pushed before still is, then its failure.
/// 3. `onRelease` is called exactly once with the cost of every pushed message: when it is taken or thrown away.
final class MessageQueue<Failure: Error>: Sendable {
    /// What a queued message costs beside its bytes, so that a flood of empty ones has a bound too.
    static var overhead: Int { 64 }

    private enum End {
        case open
        case ended(Failure?)
    }

    private typealias Waiter = CheckedContinuation<Result<[UInt8]?, Failure>, Never>

    private struct State {
        var messages: [[UInt8]] = []
        var head = 0
        var end = End.open
        var waiter: Waiter?

        /// Asserts the first invariant.
        func checkInvariants() {
            guard waiter != nil else { return }
            if case .ended = end { assertionFailure("1: a consumer waits at the end") }
            assert(head == messages.count, "1: a consumer waits though there is a message")
        }

        mutating func popFirst() -> [UInt8]? {
            guard head < messages.count else { return nil }
            let message = messages[head]
            messages[head] = []
            head += 1
            if head == messages.count {
                messages.removeAll(keepingCapacity: messages.count <= 64)
                head = 0
            }
            return message
        }
    }

    private let state = Mutex(State())
    private let cancelled: Failure
    private let onRelease: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - cancelled: what a consumer gets whose own Task is cancelled while it waits.
    ///   - onRelease: told the cost of messages that left the queue; may be called on any thread.
    init(cancelled: Failure, onRelease: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.cancelled = cancelled
        self.onRelease = onRelease
    }

    /// What `push` adds to, and `onRelease` subtracts from, the pusher's count for this message.
    static func cost(of message: [UInt8]) -> Int { message.count + overhead }

    /// Adds a message; one that comes after the end is thrown away.
    func push(_ message: [UInt8]) {
        let waiter: Waiter?
        let released: Bool
        (waiter, released) = state.withLock { state in
            defer { state.checkInvariants() }
            guard case .open = state.end else { return (nil, true) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, true)
            }
            state.messages.append(message)
            return (nil, false)
        }
        waiter?.resume(returning: .success(message))
        if released { onRelease(Self.cost(of: message)) }
    }

    /// Ends the queue after the messages that are in it, normally or with `failure`; later ends change nothing.
    func finish(_ failure: Failure? = nil) {
        let waiter: Waiter? = state.withLock { state in
            guard case .open = state.end else { return nil }
            state.end = .ended(failure)
            defer {
                state.waiter = nil
                state.checkInvariants()
            }
            return state.waiter
        }
        waiter?.resume(returning: Self.result(of: failure))
    }

    /// Ends the queue now: waiting messages are thrown away, the consumer gets `failure`, now and ever after.
    ///
    /// A queue that has ended and was emptied stays as it is.
    func fail(_ failure: Failure) {
        let (waiter, cost): (Waiter?, Int) = state.withLock { state in
            if case .ended = state.end, state.head == state.messages.count { return (nil, 0) }
            var cost = 0
            while let message = state.popFirst() { cost += Self.cost(of: message) }
            state.end = .ended(failure)
            assert(state.messages.isEmpty, "2: nothing is delivered after a failure")
            defer {
                state.waiter = nil
                state.checkInvariants()
            }
            return (state.waiter, cost)
        }
        waiter?.resume(returning: .failure(failure))
        if cost > 0 { onRelease(cost) }
    }

    /// How the queue ended, also while messages still wait in it; `nil` = it has not.
    var end: Result<Void, Failure>? {
        state.withLock { state in
            guard case .ended(let failure) = state.end else { return nil }
            return failure.map { .failure($0) } ?? .success(())
        }
    }

    private static func result(of failure: Failure?) -> Result<[UInt8]?, Failure> {
        failure.map { .failure($0) } ?? .success(nil)
    }

    private enum Next {
        case now(Result<[UInt8]?, Failure>)
        case wait
    }

    /// The next message, or `nil` after the last; suspends while there is none.
    ///
    /// A second consumer at the same time, which this queue is not for, gets the `cancelled` failure.
    func next() async throws(Failure) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let next: Next = state.withLock { state in
                    defer { state.checkInvariants() }
                    if let message = state.popFirst() { return .now(.success(message)) }
                    if case .ended(let failure) = state.end { return .now(Self.result(of: failure)) }
                    guard state.waiter == nil, !Task.isCancelled else { return .now(.failure(cancelled)) }
                    state.waiter = continuation
                    return .wait
                }
                if case .now(let result) = next {
                    if case .success(let message?) = result { onRelease(Self.cost(of: message)) }
                    continuation.resume(returning: result)
                }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: .failure(cancelled))
        }
        return try result.get()
    }
}

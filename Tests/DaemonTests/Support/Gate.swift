import Dispatch
import Storage
import Synchronization

/// Holds the store at one of its persistence steps until a test opens it: what runs stands still at a known instant.
final class Gate: Sendable {
    private enum State { case closed, reached, open }

    private let point: FaultPoint
    private let state = Mutex(State.closed)
    private let opened = DispatchSemaphore(value: 0)
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init(_ point: FaultPoint) {
        self.point = point
        (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    }

    /// For `ServiceFixture(faults:)`. Blocks the thread of the store that comes by, never one of Swift's own.
    var hook: FaultHook {
        { [self] point in
            guard point == self.point else { return }
            let waits = state.withLock { state in
                guard state == .closed else { return false }
                state = .reached
                return true
            }
            guard waits else { return }
            arrival.yield()
            opened.wait()
        }
    }

    /// Returns when somebody stands at the gate.
    func reached() async { for await _ in arrivals { return } }

    func open() {
        state.withLock { $0 = .open }
        opened.signal()
    }
}

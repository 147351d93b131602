import Synchronization

/// Decides whether a connection may be read, from the bytes of messages that wait for their consumers.
///
/// Messages are added on the event loop and removed on any thread. Closes above `highWater`; opens again at half of it,
/// and says so.
final class ReadGate: Sendable {
    private struct State {
        var waiting = 0
        var isOpen = true
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
        }
    }

    func remove(_ bytes: Int) {
        let opens = state.withLock { state in
            state.waiting -= bytes
            guard !state.isOpen, state.waiting <= highWater / 2 else { return false }
            state.isOpen = true
            return true
        }
        if opens { onOpen() }
    }
}

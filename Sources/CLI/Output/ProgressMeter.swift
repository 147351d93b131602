import Synchronization

/// Draws a `ProgressLine` on standard error, over itself, at most ten times a second; nothing where that is no terminal.
final class ProgressMeter: Sendable {
    private static let interval: Duration = .milliseconds(100)

    private struct State {
        var lastDrawn: ContinuousClock.Instant?
        var isShown = false
    }

    private let output: any ByteChannel
    private let width: Int?
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(
        output: any ByteChannel, terminal: Terminal,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.output = output
        self.width = terminal.isError ? terminal.width : nil
        self.now = now
    }

    func show(_ line: ProgressLine) {
        guard let width else { return }
        let instant = now()
        let isDue = state.withLock { state in
            if let last = state.lastDrawn, instant - last < Self.interval { return false }
            state.lastDrawn = instant
            state.isShown = true
            return true
        }
        // A carriage return and ECMA-48's erase-in-line: the line is drawn over the one before.
        if isDue { try? output.write("\r\(line.rendered(width: width))\u{1B}[K") }
    }

    /// Takes the line away, so that what is printed next stands alone.
    func clear() {
        let wasShown = state.withLock { state in
            defer { state = State() }
            return state.isShown
        }
        if wasShown { try? output.write("\r\u{1B}[K") }
    }
}

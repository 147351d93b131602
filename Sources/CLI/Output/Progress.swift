import Synchronization

/// The one line that shows how far something is, as text; drawing it is `ProgressMeter`'s.
struct ProgressLine: Equatable, Sendable {
    /// What happens: `Importing`, `Downloading`, `findings`.
    var label: String
    var done: Int64
    /// nil or 0 = not known: then only `done` is shown.
    var total: Int64?
    var unit: Unit

    enum Unit: Sendable { case bytes, items, none }

    /// The line, never wider than `width` columns less one, so that the terminal does not wrap.
    func rendered(width: Int) -> String {
        let room = max(0, width - 1)
        let text = label.printable
        guard unit != .none else { return text.cut(toWidth: room) }
        guard let total, total > 0 else { return "\(text) \(amount(done))".cut(toWidth: room) }
        let shown = min(max(0, done), total)
        let share = Double(shown) / Double(total)
        let percent = "\(Int(share * 100))%"
        let amounts = "\(amount(shown)) of \(amount(total))"
        let barWidth = min(30, room - DisplayWidth.of(text) - percent.count - amounts.count - 5)
        guard barWidth >= 5 else { return "\(text) \(percent)".cut(toWidth: room) }
        let filled = Int(share * Double(barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
        return "\(text) [\(bar)] \(percent) \(amounts)"
    }

    private func amount(_ value: Int64) -> String {
        unit == .bytes ? ByteCount.text(value) : "\(value)"
    }
}

/// Draws a `ProgressLine` on standard error, over itself, at most ten times a second; nothing where that is no
/// terminal.
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

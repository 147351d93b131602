import Domain
import Logging
import Storage
import Synchronization

/// Keeps callers from filling the journal: of the lines that one uid causes the first of a kind is written at once,
/// those that follow within a minute as one with a count. Else the journal's own limit would drop other lines, critical
/// ones too.
///
/// A kind is what a line says but for the number of the call and the text of an error. A line is a caller's when it
/// names one (`peer_uid`), or when it is written while the store works for one. What the service says of itself is
/// never held back.
final class CallerLines: Sendable {
    struct Line: Sendable, Equatable {
        var level: Logger.Level
        var message: String
        var metadata: [(key: String, value: String)]

        static func == (a: Line, b: Line) -> Bool {
            a.level == b.level && a.message == b.message && a.metadata.elementsEqual(b.metadata, by: ==)
        }
    }

    private struct Kind: Hashable {
        var level: Logger.Level
        var message: String
        var requester: Requester
        /// The rest of the metadata, as keys and values in turn.
        var details: [String]
    }

    private static let varying: Set = ["call", "error"]

    private let lines = Mutex(Coalescer<Kind, Line> { line, _ in line.metadata.removeAll { varying.contains($0.key) } })
    private let clock: @Sendable () -> UnixMillis
    private let flushTimer = SingleTimer()

    init(clock: @escaping @Sendable () -> UnixMillis) { self.clock = clock }

    /// Returns the lines that are to be written now.
    func note(_ line: Line) -> [Line] {
        guard let kind = Self.kind(of: line) else { return [line] }
        let now = clock()
        return lines.withLock { $0.note(line, of: kind, at: now) }.map(Self.written)
    }

    /// The counts that are held back; those whose minute is over alone with `ended`.
    func flush(ended: Bool = false) -> [Line] {
        let now = clock()
        return lines.withLock { $0.drain(endedBy: ended ? now : nil) }.map(Self.written)
    }

    /// Looks after the minute is over when something is held back.
    func scheduleFlush(_ write: @escaping @Sendable (Line) -> Void) {
        guard lines.withLock({ $0.hasPending }) else { return }
        flushTimer.set(seconds: Coalescer<Kind, Line>.flushSeconds) { [weak self] in
            guard let self else { return }
            for line in self.flush(ended: true) { write(line) }
            self.scheduleFlush(write)
        }
    }

    private static func kind(of line: Line) -> Kind? {
        let uid = line.metadata.first { $0.key == "peer_uid" }.flatMap { UInt32($0.value) }
        let requester = uid.map { Requester.user($0) } ?? Requester.current
        guard requester != .service else { return nil }
        let details = line.metadata.filter { !varying.contains($0.key) }.flatMap { [$0.key, $0.value] }
        return Kind(level: line.level, message: line.message, requester: requester, details: details)
    }

    private static func written(_ told: Coalescer<Kind, Line>.Told) -> Line {
        var line = told.item
        if told.count > 1 {
            line.metadata.append(("count", "\(told.count)"))
            line.metadata.sort { $0.key < $1.key }
        }
        return line
    }
}

/// Whether the clock may be believed that something's time has passed.
///
/// A clock that is far ahead for a moment, as a bad battery leaves it at boot, would take every pack: put right, it
/// brings nothing back. So whatever deletes bytes or rows by the clock alone (prune, and a generation for its tenant,
/// when it is asked for and when it is done) asks here first. Reads do not: a pack whose time has passed answers as
/// expired at once.
///
/// 1. The clock is doubted when it stands more than `toleranceDays` past the last prune that believed it, or more than
///    a day before. Without such a prune there is nothing to compare it with.
/// 2. A prune that doubts its clock is recorded as such. A later one believes the clock if it saw one like it at least
///    `day` before, and not longer ago than `toleranceDays`: the clock has run on from there. `--force` believes it at
///    once.
/// 3. All of this is read from the recorded runs of prunes, so it outlasts restarts.
public struct ClockTrust: Equatable, Sendable {
    /// What a day is between two prunes of a daily timer that is delayed at random: 20 hours.
    public static let day: Int64 = 20 * 3_600_000

    /// The grace that is assumed where no prune asks, whatever `hard_delete_grace_days` says.
    public static let usualGraceDays = 30

    /// The last prune that believed its clock; nil when there was none.
    public var lastTrusted: UnixMillis?
    /// Whether that one lies more than a day ahead of the clock.
    public var isBehind = false
    /// Whether a prune doubted a clock like this one a day ago.
    public var wasSeenBefore = false

    public init(lastTrusted: UnixMillis? = nil, isBehind: Bool = false, wasSeenBefore: Bool = false) {
        self.lastTrusted = lastTrusted
        self.isBehind = isBehind
        self.wasSeenBefore = wasSeenBefore
    }

    /// At least a week, so that a short grace does not doubt a prune that comes late.
    public static func toleranceDays(graceDays: Int) -> Int { max(graceDays, 7) }

    /// Whether nothing may be deleted by the clock.
    public func isDoubted(at now: UnixMillis, graceDays: Int) -> Bool {
        guard !wasSeenBefore else { return false }
        let tolerance = Self.toleranceDays(graceDays: graceDays)
        return isBehind || lastTrusted.map { now > $0.advanced(byDays: tolerance) } ?? false
    }

    /// Why nothing is deleted and what to do, as the end of a sentence that says what was held back.
    public static func explanation(graceDays: Int) -> String {
        """
        the clock is more than \(toleranceDays(graceDays: graceDays)) days past the last prune, or more than a day \
        before it. Check the clock; if it is right, run `\(ClientCommandLine.forcedPrune)`, or wait for a second prune \
        a day later that sees the same clock
        """
    }
}

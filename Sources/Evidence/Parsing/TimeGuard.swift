public import Domain

/// A time as data states it.
public struct StatedTime: Equatable, Sendable {
    /// Without a zone, the instant that it would be in UTC.
    public var instant: UnixMillis
    /// Whether the data says which instant it is: a number, a text with a zone.
    public var hasZone: Bool

    public init(_ instant: UnixMillis, hasZone: Bool = true) {
        self.instant = instant
        self.hasZone = hasZone
    }
}

/// Which times of imported data may be stored, by the clock of whoever stores them: the one rule of every import.
///
/// What was measured last decides, so a time that has not come yet would decide for ever and hide everything that is
/// measured in truth. A clock may be a little ahead. A time without a zone is most often the local time of the scanner,
/// and no zone is more than 14 hours ahead of UTC (Kiritimati): such a time is taken as now.
public struct TimeGuard: Equatable, Sendable {
    public static let toleranceMinutes = 5
    public static let zonelessHours = 14

    public enum Verdict: Equatable, Sendable {
        case taken(UnixMillis)
        /// A time without a zone that is ahead by no more than a zone can be.
        case takenAsNow(UnixMillis)
        case inFuture
    }

    /// The clock, at the moment at which data comes in.
    public var now: UnixMillis

    public init(now: UnixMillis) { self.now = now }

    /// The latest time that is stored.
    public var horizon: UnixMillis { now.advanced(byMinutes: TimeGuard.toleranceMinutes) }

    public func judge(_ time: StatedTime) -> Verdict {
        if time.instant <= horizon { return .taken(time.instant) }
        if !time.hasZone, time.instant <= now.advanced(byMinutes: TimeGuard.zonelessHours * 60) {
            return .takenAsNow(now)
        }
        return .inFuture
    }

    /// Throws `timeInFuture` for a time that may not be stored; `time` is an instant, so nothing is taken as now.
    public func require(
        _ time: UnixMillis?, field: String, at position: RecordPosition? = nil
    ) throws(IngestError) {
        guard let time, time > horizon else { return }
        throw complaint(time, field: field, at: position)
    }

    func complaint(_ time: UnixMillis, field: String, at position: RecordPosition?) -> IngestError {
        IngestError(
            .timeInFuture,
            "\(time) is in the future; the daemon's clock says \(now)",
            at: position, field: field)
    }
}

extension TimeGuard {
    /// The time to store. A time that is taken as now is noted among the warnings.
    func settle(
        _ time: StatedTime, field: String, at position: RecordPosition, _ warnings: inout IngestWarnings
    ) throws(IngestError) -> UnixMillis {
        switch judge(time) {
        case .taken(let instant): return instant
        case .takenAsNow(let now):
            warnings.note(.timeTakenAsNow, at: position, "\(field): \(time.instant) without a zone; taken as \(now)")
            return now
        case .inFuture: throw complaint(time.instant, field: field, at: position)
        }
    }
}

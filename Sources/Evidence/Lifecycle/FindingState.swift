public import Domain

/// Where an acknowledgement came from; it decides how it ends. The raw value is what the database stores.
public enum AcknowledgementOrigin: UInt8, CaseIterable, Sendable {
    /// The finding is not acknowledged.
    case none = 0
    /// A scanner's mute list; ends with the first newer unmuted fail.
    case mute = 1
    /// A scanner's "in progress"; a later fail leaves it.
    case inProgress = 2
    /// The status of a native record; only the next native record changes it.
    case caller = 3
}

/// What is stored of a finding's life.
public struct FindingState: Equatable, Sendable {
    public var status: FindingStatus
    public var acknowledgement: AcknowledgementOrigin
    public var result: FindingResult
    public var firstSeenAt: UnixMillis
    public var lastSeenAt: UnixMillis
    /// Set exactly when the status is `resolved`.
    public var resolvedAt: UnixMillis?
    /// The time of the newest run that decided the status.
    public var decidedAt: UnixMillis
    /// The time of the run that `result` is of: that of `decidedAt`, or of a newer one with a manual, skipped or error
    /// result.
    public var resultAt: UnixMillis

    public init(
        status: FindingStatus, acknowledgement: AcknowledgementOrigin = .none, result: FindingResult,
        firstSeenAt: UnixMillis, lastSeenAt: UnixMillis, resolvedAt: UnixMillis? = nil, decidedAt: UnixMillis,
        resultAt: UnixMillis? = nil
    ) {
        self.status = status
        self.acknowledgement = acknowledgement
        self.result = result
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.resolvedAt = resolvedAt
        self.decidedAt = decidedAt
        self.resultAt = resultAt ?? decidedAt
    }

    /// Takes over a run's result, unless the stored one is of a newer run.
    mutating func note(_ seen: FindingObservation) {
        guard seen.decidedAt >= resultAt else { return }
        result = seen.result
        resultAt = seen.decidedAt
    }
}

/// What one run says of one finding that it lists.
public struct FindingObservation: Equatable, Sendable {
    public var format: FindingFormat
    public var result: FindingResult
    /// See `FindingRecord.statedStatus`.
    public var statedStatus: FindingStatus?
    public var firstSeenAt: UnixMillis
    public var lastSeenAt: UnixMillis
    /// The run's time; for a native record, which belongs to no run, its own `lastSeenAt`.
    public var decidedAt: UnixMillis

    public init(
        format: FindingFormat, result: FindingResult, statedStatus: FindingStatus? = nil, firstSeenAt: UnixMillis,
        lastSeenAt: UnixMillis, decidedAt: UnixMillis
    ) {
        self.format = format
        self.result = result
        self.statedStatus = statedStatus
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.decidedAt = decidedAt
    }

    /// A scanner's record counts for the time of its run, the newest record time in it; a native one for its own times.
    public init(_ record: borrowing FindingRecord, runTime: UnixMillis) {
        let native = record.format == .native
        self.init(
            format: record.format, result: record.result, statedStatus: record.statedStatus,
            firstSeenAt: native ? record.firstSeenAt : runTime, lastSeenAt: native ? record.lastSeenAt : runTime,
            decidedAt: native ? record.lastSeenAt : runTime)
    }
}

/// What is to be done with one finding.
public struct FindingChange: Equatable, Sendable {
    /// How the change is counted in the import's result.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case insert
        /// Something that a pack shows has changed, be it only `last_seen_at`.
        case update
        /// A resolved finding is back, or an acknowledgement has ended.
        case reopen
        case resolve
        /// Known, and nothing changes. Nothing is written.
        case unchanged
        /// Not known, and nothing that would be stored: a pass, a manual result. Nothing is written.
        case countOnly
    }

    public var kind: Kind
    /// The state to store; nil when nothing is to be written.
    public var state: FindingState?
    /// Whether the record's texts, severity and occurrences replace the stored ones.
    public var writesContent: Bool
    /// Whether the record's status reason (which may be empty) replaces the stored one.
    public var writesStatusReason: Bool

    public init(kind: Kind, state: FindingState? = nil, writesContent: Bool = false, writesStatusReason: Bool = false) {
        self.kind = kind
        self.state = state
        self.writesContent = writesContent
        self.writesStatusReason = writesStatusReason
    }
}

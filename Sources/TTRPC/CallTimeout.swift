extension MethodDescriptor {
    /// The longest timeout of a method that names no maximum: 30 days, far from any overflow of a clock.
    public static let longestTimeout: Duration = .seconds(30 * 24 * 3600)

    /// How long a call may take, from the envelope's `timeout_nano`.
    ///
    /// 0 means that the caller asked for nothing: then the method's default counts, without one its maximum. Longer
    /// wishes than the maximum get the maximum. `nil` = no deadline.
    ///
    /// - Returns: `.failure` for a negative value, which no clock of a caller can mean.
    public func timeout(requestedNanoseconds: Int64) -> Result<Duration?, InvalidTimeout> {
        if requestedNanoseconds < 0 { return .failure(InvalidTimeout(nanoseconds: requestedNanoseconds)) }
        let maximum = min(maximumDeadline ?? Self.longestTimeout, Self.longestTimeout)
        if requestedNanoseconds > 0 { return .success(min(.nanoseconds(requestedNanoseconds), maximum)) }
        guard let wanted = defaultDeadline ?? maximumDeadline else { return .success(nil) }
        return .success(min(wanted, maximum))
    }
}

/// A `timeout_nano` below zero.
public struct InvalidTimeout: Error, Sendable, Hashable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
}

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Every stored and transported time of the product is one of these; RFC 3339 is only its printed form. The legal range
/// is the years 0001 to 9999, as in `google.protobuf.Timestamp`: anything else is refused where it enters.
public struct UnixMillis: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
    public init(_ milliseconds: Int64) { rawValue = milliseconds }

    /// 0001-01-01T00:00:00Z.
    public static let earliest = UnixMillis(-62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z.
    public static let latest = UnixMillis(253_402_300_799_999)

    /// What a clock shows, in whole milliseconds; a clock that shows no legal time counts as one at the end of time.
    public init(clockSeconds seconds: Int64, nanoseconds: Int64) {
        let time = UnixMillis(seconds.multipliedClamped(by: 1000).addingClamped(nanoseconds / 1_000_000))
        self = Swift.min(Swift.max(time, .earliest), .latest)
    }

    /// A reading of the system's clock.
    public init(clock time: (seconds: Int64, nanoseconds: Int64)) {
        self.init(clockSeconds: time.seconds, nanoseconds: time.nanoseconds)
    }

    public static func < (a: UnixMillis, b: UnixMillis) -> Bool { a.rawValue < b.rawValue }

    /// This time moved by whole milliseconds, held inside the legal range instead of overflowing.
    public func advanced(byMilliseconds delta: Int64) -> UnixMillis {
        let (sum, overflow) = rawValue.addingReportingOverflow(delta)
        if overflow { return delta < 0 ? .earliest : .latest }
        return Swift.min(Swift.max(UnixMillis(sum), .earliest), .latest)
    }

    public func advanced(byDays days: Int) -> UnixMillis { advanced(by: days, ofMilliseconds: 86_400_000) }
    public func advanced(byHours hours: Int) -> UnixMillis { advanced(by: hours, ofMilliseconds: 3_600_000) }
    public func advanced(byMinutes minutes: Int) -> UnixMillis { advanced(by: minutes, ofMilliseconds: 60_000) }

    private func advanced(by count: Int, ofMilliseconds unit: Int64) -> UnixMillis {
        advanced(byMilliseconds: Int64(count).multipliedClamped(by: unit))
    }

    public var isLegal: Bool { self >= .earliest && self <= .latest }
}

/// The clock that every stored time comes from; tests inject a fixed one.
public typealias WallClock = @Sendable () -> UnixMillis

extension UnixMillis: CustomStringConvertible {
    /// RFC 3339 in UTC, with a fraction only when it is not zero: `2026-03-01T04:05:06Z`, `2026-03-01T04:05:06.070Z`.
    public var description: String { String(decoding: rfc3339, as: UTF8.self) }

    /// The bytes of `description`, for writers that need no `String`.
    public var rfc3339: [UInt8] {
        let civil = CivilTime(self)
        var out: [UInt8] = []
        out.reserveCapacity(24)
        func digits(_ value: Int, _ width: Int) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                out.append(UInt8(48 + value / divisor % 10))
                divisor /= 10
            }
        }
        digits(civil.year, 4)
        out.append(UInt8(ascii: "-"))
        digits(civil.month, 2)
        out.append(UInt8(ascii: "-"))
        digits(civil.day, 2)
        out.append(UInt8(ascii: "T"))
        digits(civil.hour, 2)
        out.append(UInt8(ascii: ":"))
        digits(civil.minute, 2)
        out.append(UInt8(ascii: ":"))
        digits(civil.second, 2)
        if civil.millisecond != 0 {
            out.append(UInt8(ascii: "."))
            digits(civil.millisecond, 3)
        }
        out.append(UInt8(ascii: "Z"))
        return out
    }

    /// The UTC date alone, `2026-03-01`, as pack file names use it.
    public var utcDate: String { String(description.prefix(10)) }
}

extension UnixMillis {
    /// Reads an RFC 3339 date-time (section 5.6): any offset, any number of fraction digits (cut to milliseconds).
    ///
    /// A leap second (`:60`) is read as the following second. Returns nil for anything else, also for a date that does
    /// not exist.
    public init?(rfc3339 text: some StringProtocol) {
        guard let time = RFC3339.parse(Array(text.utf8), zone: .required) else { return nil }
        self = time
    }
}

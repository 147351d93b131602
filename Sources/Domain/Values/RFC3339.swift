/// The date-time grammar of RFC 3339 section 5.6, over ASCII bytes, with the zone required or assumed to be UTC.
public enum RFC3339 {
    public enum Zone: Sendable {
        /// The text must end in `Z` or a numeric offset.
        case required
        /// A text without a zone is UTC, as some scanners write it.
        case utcWhenAbsent
    }

    /// Reads `YYYY-MM-DD(T|t| )HH:MM:SS[.f...][Z|z|+HH:MM|-HH:MM]`; nil for anything else.
    public static func parse(_ bytes: some RandomAccessCollection<UInt8>, zone: Zone) -> UnixMillis? {
        guard bytes.count <= 64 else { return nil }
        var cursor = Cursor(bytes: Array(bytes))
        guard let year = cursor.number(4), cursor.skip("-"), let month = cursor.number(2), cursor.skip("-"),
            let day = cursor.number(2), cursor.skip("T") || cursor.skip("t") || cursor.skip(" "),
            let hour = cursor.number(2), hour < 24, cursor.skip(":"), let minute = cursor.number(2), minute < 60,
            cursor.skip(":"), let second = cursor.number(2), second <= 60,
            let days = CivilTime.dayNumber(year: year, month: month, day: day)
        else { return nil }
        var millisecond = 0
        if cursor.skip(".") {
            guard let fraction = cursor.fraction() else { return nil }
            millisecond = fraction
        }
        var offsetMinutes = 0
        if !(cursor.skip("Z") || cursor.skip("z")) {
            if cursor.isAtEnd {
                if case .required = zone { return nil }
            } else {
                let sign = cursor.skip("+") ? 1 : cursor.skip("-") ? -1 : 0
                guard sign != 0, let hours = cursor.number(2), hours < 24, cursor.skip(":"),
                    let minutes = cursor.number(2), minutes < 60
                else { return nil }
                offsetMinutes = sign * (hours * 60 + minutes)
            }
        }
        guard cursor.isAtEnd else { return nil }
        let seconds = days * 86_400 + hour * 3600 + (minute - offsetMinutes) * 60 + second
        let time = UnixMillis(Int64(seconds) * 1000 + Int64(millisecond))
        return time.isLegal ? time : nil
    }

    private struct Cursor {
        let bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == bytes.count }

        mutating func number(_ width: Int) -> Int? {
            guard bytes.count - index >= width else { return nil }
            var value = 0
            for byte in bytes[index..<index + width] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            index += width
            return value
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// The digits after the point, cut to milliseconds.
        mutating func fraction() -> Int? {
            var value = 0
            var digits = 0
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 {
                if digits < 3 { value = value * 10 + Int(bytes[index] - 48) }
                digits += 1
                index += 1
            }
            guard digits > 0 else { return nil }
            for _ in 0..<Swift.max(0, 3 - digits) { value *= 10 }
            return value
        }
    }
}

import Domain

/// Reading the forms in which scanners write a time.
///
/// - A number: seconds since 1970 below 10^11 (the year 5138), milliseconds from there on; a fraction of a second is
///   cut to milliseconds. Also with an exponent (`1.79082e9`), as some writers print large numbers.
/// - A text: ISO 8601 as Python and .NET write it, `YYYY-MM-DD(T| )HH:MM:SS[.f...][Z|+HH:MM|+HHMM]`, UTC when it has no
///   zone.
/// - A text `/Date(ms)/`, as PowerShell's JSON writer prints it; a zone in it does not change the instant.
///
/// Times before 1970 or after the year 9999 are refused: no scanner measured then. Whether a time has come already,
/// `TimeGuard` says.
enum TimeReader {
    private static let secondsLimit: Int64 = 100_000_000_000

    static func number(_ text: UnsafeRawBufferPointer) -> StatedTime? { instant(text).map { StatedTime($0) } }

    private static func instant(_ text: UnsafeRawBufferPointer) -> UnixMillis? {
        if text.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return exponential(text) }
        var whole: Int64 = 0
        var index = 0
        while index < text.count, ASCII.isDigit(text[index]) {
            guard index < 18 else { return nil }
            whole = whole * 10 + Int64(text[index] - 48)
            index += 1
        }
        guard index > 0 else { return nil }
        var millis: Int64 = 0
        if index < text.count {
            guard text[index] == UInt8(ascii: "."), let fraction = fraction(text, &index) else { return nil }
            millis = fraction
        }
        guard index == text.count else { return nil }
        return legal(whole < secondsLimit ? whole * 1000 + millis : whole)
    }

    /// A number with an exponent is rare, and exact in a double wherever it is a legal time in milliseconds.
    private static func exponential(_ text: UnsafeRawBufferPointer) -> UnixMillis? {
        guard text.count <= 40, let value = Double(String(decoding: text, as: UTF8.self)), value >= 0, value < 1e15
        else { return nil }
        return legal(Int64(value < Double(secondsLimit) ? value * 1000 : value))
    }

    static func text(_ text: UnsafeRawBufferPointer) -> StatedTime? {
        guard text.count >= 8, text.count <= 64 else { return nil }
        return text[0] == UInt8(ascii: "/") ? dotNetDate(text).map { StatedTime($0) } : iso(text)
    }

    private static func dotNetDate(_ text: UnsafeRawBufferPointer) -> UnixMillis? {
        let prefix: StaticString = "/Date("
        for index in 0..<6 where text[index] != prefix.utf8Start[index] { return nil }
        var millis: Int64 = 0
        var index = 6
        while index < text.count, ASCII.isDigit(text[index]) {
            guard index < 24 else { return nil }
            millis = millis * 10 + Int64(text[index] - 48)
            index += 1
        }
        guard index > 6 else { return nil }
        if text.count - index == 7, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
            guard digits(text, index + 1, 4) != nil else { return nil }
            index += 5
        }
        guard text.count - index == 2, text[index] == UInt8(ascii: ")"), text[index + 1] == UInt8(ascii: "/") else {
            return nil
        }
        return legal(millis)
    }

    private static func iso(_ text: UnsafeRawBufferPointer) -> StatedTime? {
        guard text.count >= 19, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " ") || text[10] == UInt8(ascii: "t"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), let year = digits(text, 0, 4),
            let month = digits(text, 5, 2), let day = digits(text, 8, 2), let hour = digits(text, 11, 2), hour < 24,
            let minute = digits(text, 14, 2), minute < 60, let second = digits(text, 17, 2), second <= 60,
            let days = CivilTime.dayNumber(year: year, month: month, day: day)
        else { return nil }
        var index = 19
        var millis: Int64 = 0
        if index < text.count, text[index] == UInt8(ascii: ".") {
            guard let fraction = fraction(text, &index) else { return nil }
            millis = fraction
        }
        guard let offset = zone(text, index) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        return legal(Int64(seconds) * 1000 + millis).map { StatedTime($0, hasZone: index < text.count) }
    }

    /// The offset from UTC in minutes of what stands from `index` to the end, 0 for nothing.
    private static func zone(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int? {
        let rest = text.count - index
        if rest == 0 { return 0 }
        if rest == 1 { return text[index] | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        let isNegative = text[index] == UInt8(ascii: "-")
        guard isNegative || text[index] == UInt8(ascii: "+"), rest == 5 || rest == 6 else { return nil }
        if rest == 6, text[index + 3] != UInt8(ascii: ":") { return nil }
        guard let hours = digits(text, index + 1, 2), hours < 24, let minutes = digits(text, text.count - 2, 2),
            minutes < 60
        else { return nil }
        let total = hours * 60 + minutes
        return isNegative ? -total : total
    }

    /// Reads a point and its digits as milliseconds, cutting what is finer.
    private static func fraction(_ text: UnsafeRawBufferPointer, _ index: inout Int) -> Int64? {
        index += 1
        let start = index
        var millis: Int64 = 0
        while index < text.count, ASCII.isDigit(text[index]) {
            if index - start < 3 { millis = millis * 10 + Int64(text[index] - 48) }
            index += 1
        }
        guard index > start else { return nil }
        for _ in 0..<max(0, 3 - (index - start)) { millis *= 10 }
        return millis
    }

    private static func digits(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        guard text.count - start >= count else { return nil }
        var value = 0
        for index in start..<start + count {
            guard ASCII.isDigit(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 48)
        }
        return value
    }

    private static func legal(_ millis: Int64) -> UnixMillis? {
        millis >= 0 && millis <= UnixMillis.latest.rawValue ? UnixMillis(millis) : nil
    }
}

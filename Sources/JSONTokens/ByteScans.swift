/// Finding the next byte of a string's body that is not ordinary text, eight bytes at a time.
///
/// The tests are the classical ones on whole words ("is any byte zero": `(x - 0x01..01) & ~x & 0x80..80`); above the
/// lowest hit their flags can be wrong, so only the lowest one is used. Words are read little-endian.
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Returns the index of the first quote, backslash or control character at or after `start`, or `end`; sets
    /// `nonASCII` when a byte above 0x7F was passed.
    @inline(__always)
    static func next(_ base: UnsafeRawPointer, from start: Int, to end: Int, nonASCII: inout Bool) -> Int {
        var index = start
        var seen: UInt64 = 0
        while end - index >= 8 {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            let stops =
                ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)
            let hit = stops & highs
            if hit != 0 {
                let offset = hit.trailingZeroBitCount >> 3
                if offset > 0 { seen |= word << UInt64(64 - 8 * offset) }
                nonASCII = nonASCII || seen & highs != 0
                return index + offset
            }
            seen |= word
            index += 8
        }
        nonASCII = nonASCII || seen & highs != 0
        while index < end {
            let byte = base.load(fromByteOffset: index, as: UInt8.self)
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return index }
            if byte >= 0x80 { nonASCII = true }
            index += 1
        }
        return end
    }
}

/// The number grammar of RFC 8259 section 6: `-? (0 | [1-9] digits) (. digits)? ((e|E) (+|-)? digits)?`.
enum NumberScan {
    /// Whether a byte can be part of a number, so that a number ends at the first byte that cannot.
    @inline(__always)
    static func canContain(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    static func isNumber(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 { index += 1 }
            return index - start
        }
        func skip(_ a: UInt8, _ b: UInt8) -> Bool {
            guard index < bytes.count, bytes[index] == a || bytes[index] == b else { return false }
            index += 1
            return true
        }
        _ = skip(UInt8(ascii: "-"), UInt8(ascii: "-"))
        let leadsWithZero = index < bytes.count && bytes[index] == 48
        let whole = digits()
        guard whole == 1 || (whole > 1 && !leadsWithZero) else { return false }
        if skip(UInt8(ascii: "."), UInt8(ascii: ".")), digits() == 0 { return false }
        if skip(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "+"), UInt8(ascii: "-"))
            if digits() == 0 { return false }
        }
        return index == bytes.count
    }
}

/// Reading a number's text as an integer.
public enum JSONNumber {
    /// The value of a whole number in 64 bits; nil for a fraction, an exponent or anything out of range.
    public static func int64(_ text: UnsafeRawBufferPointer) -> Int64? {
        var index = 0
        let isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        guard index < text.count else { return nil }
        var value: Int64 = 0
        while index < text.count {
            let byte = text[index]
            guard byte >= 48, byte <= 57 else { return nil }
            let (product, overflow1) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 48)
            let (sum, overflow2) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflow1, !overflow2 else { return nil }
            value = sum
            index += 1
        }
        return value
    }
}

/// Well-formedness of UTF-8 by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
public enum UTF8Check {
    /// The index of the first byte of the first ill-formed sequence, or nil when all of `bytes` is well-formed.
    public static func firstInvalid(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let end = bytes.count
        var index = 0
        while index < end {
            if end - index >= 8,
                base.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            let lead = base.load(fromByteOffset: index, as: UInt8.self)
            if lead < 0x80 {
                index += 1
                continue
            }
            let length: Int
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0:
                length = 3
                low = 0xA0
            case 0xED:
                length = 3
                high = 0x9F
            case 0xE1...0xEF: length = 3
            case 0xF0:
                length = 4
                low = 0x90
            case 0xF1...0xF3: length = 4
            case 0xF4:
                length = 4
                high = 0x8F
            default: return index
            }
            guard end - index >= length else { return index }
            let second = base.load(fromByteOffset: index + 1, as: UInt8.self)
            guard second >= low, second <= high else { return index }
            for offset in 2..<max(2, length) {
                guard base.load(fromByteOffset: index + offset, as: UInt8.self) & 0xC0 == 0x80 else { return index }
            }
            index += length
        }
        return nil
    }
}

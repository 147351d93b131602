/// Finding the next byte of a string's body that is not ordinary text, eight bytes at a time.
///
/// The tests are the classical ones on whole words ("is any byte zero": `(x - 0x01..01) & ~x & 0x80..80`); above the lowest hit
/// their flags can be wrong, so only the lowest one is used. Words are read little-endian.
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Returns the index of the first quote, backslash or control character at or after `start`, or `end`; sets `nonASCII` when
    /// a byte above 0x7F was passed.
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

/// One scalar of a folded text, with the bytes of the source that it came from.
struct FoldedScalar {
    var value: UInt32
    /// Offsets in the source: where its first byte is, and where the byte after its last one is.
    var start: UInt32
    var end: UInt32
    var wordClass: WordClass
}

/// A text as the dictionary sees it: folded, white space collapsed, marks in canonical order, escapes decoded where
/// asked.
///
/// It is a scratch area: one text after the other is folded into the same memory. Texts are at most 4 GiB long.
struct FoldedText {
    private(set) var scalars: [FoldedScalar] = []
    /// Foldings of scalars that were looked up before, by the low bits of their values.
    private var cache = [CachedFolding](repeating: CachedFolding(), count: 1 << 11)
    private let folding = ScalarFolding.shared

    private struct CachedFolding {
        var source: UInt32 = 0
        var value: UInt32 = 0
        var wordClass = WordClass.separate
    }

    /// Stream-safe text (UAX #15 section 13) has at most 30 marks in a row; longer runs are not sorted further.
    private static let longestMarkRun = 32

    /// Folds `source`, dropping what was there; with `decodingEscapes` each escape counts as the character that it
    /// stands for.
    mutating func fold(_ source: UnsafeRawBufferPointer, decodingEscapes: Bool) {
        scalars.removeAll(keepingCapacity: true)
        scalars.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            let byte = source[index]
            if decodingEscapes, byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "&"),
                let escape = EscapeDecoder.decode(source, at: index)
            {
                append(escape.scalar, from: index, to: index + escape.length)
                index += escape.length
            } else if byte < 0x80 {
                appendASCII(byte, from: index, to: index + 1)
                index += 1
            } else {
                let (scalar, length) = UTF8Decoding.scalar(in: source, at: index)
                append(scalar, from: index, to: index + length)
                index += length
            }
        }
    }

    mutating func fold(_ text: String) {
        var text = text
        text.withUTF8 { fold(UnsafeRawBufferPointer($0), decodingEscapes: false) }
    }

    /// How many joiners stand from `index` on; not more than one too many for a name are counted.
    func joiners(from index: Int) -> Int {
        var end = index
        while end < scalars.count, end - index <= Joiners.most, scalars[end].value < 0x80,
            Joiners.contains(UInt8(scalars[end].value))
        {
            end += 1
        }
        return end - index
    }

    /// Whether the text has a word boundary before the scalar at `index`; it has one at both ends.
    @inline(__always)
    func isBoundary(_ index: Int) -> Bool {
        index == 0 || index == scalars.count
            || !scalars[index - 1].wordClass.isJoined(to: scalars[index].wordClass)
    }

    /// The scalars between the spaces that the text may begin and end with; white space is collapsed, so there is one
    /// at most. A space with a mark on it is a character like others.
    var withoutOuterSpaces: Range<Int> {
        let start = scalars.first?.value == 0x20 && isBoundary(1) ? 1 : 0
        let end = scalars.count > start && scalars[scalars.count - 1].value == 0x20 ? scalars.count - 1 : scalars.count
        return start..<end
    }

    /// The bytes of the source behind a range of folded scalars, which is not empty.
    func source(of range: Range<Int>) -> Range<Int> {
        Int(scalars[range.lowerBound].start)..<Int(scalars[range.upperBound - 1].end)
    }

    // MARK: Appending

    private mutating func append(_ scalar: Unicode.Scalar, from start: Int, to end: Int) {
        if scalar.isASCII {
            appendASCII(UInt8(scalar.value), from: start, to: end)
        } else {
            appendOther(scalar, from: start, to: end)
        }
    }

    @inline(__always)
    private mutating func appendASCII(_ byte: UInt8, from start: Int, to end: Int) {
        switch byte {
        case 0x41...0x5A: append(UInt32(byte) + 0x20, .joining, start, end)
        case 0x61...0x7A, 0x30...0x39: append(UInt32(byte), .joining, start, end)
        case 0x20, 0x09...0x0D: appendSpace(start, end)
        default: append(UInt32(byte), .separate, start, end)
        }
    }

    private mutating func appendOther(_ scalar: Unicode.Scalar, from start: Int, to end: Int) {
        let slot = Int(scalar.value & 0x7FF)
        if cache[slot].source == scalar.value {
            return appendFolded(cache[slot].value, cache[slot].wordClass, start, end)
        }
        var count = 0
        var only: (value: UInt32, wordClass: WordClass) = (0, .separate)
        folding.fold(scalar) { value in
            let wordClass = value < 0x80 ? WordClass.ascii[Int(value)] : WordClass.of(value)
            appendFolded(value, wordClass, start, end)
            count += 1
            only = (value, wordClass)
        }
        if count == 1 {
            cache[slot] = CachedFolding(source: scalar.value, value: only.value, wordClass: only.wordClass)
        }
    }

    private mutating func appendFolded(_ value: UInt32, _ wordClass: WordClass, _ start: Int, _ end: Int) {
        if value == 0x20 { return appendSpace(start, end) }
        guard wordClass == .mark else { return append(value, wordClass, start, end) }
        // The dot of a Turkish capital that was folded apart from its letter.
        if value == 0x307, let last = scalars.last, last.value == UInt32(UInt8(ascii: "i")) {
            scalars[scalars.count - 1].end = UInt32(truncatingIfNeeded: end)
            return
        }
        append(value, scalars.last?.wordClass.ofMarkBehind ?? .looseMark, start, end)
        sortLastMark()
    }

    private mutating func appendSpace(_ start: Int, _ end: Int) {
        if let last = scalars.last, last.value == 0x20 {
            scalars[scalars.count - 1].end = UInt32(truncatingIfNeeded: end)
        } else {
            append(0x20, .separate, start, end)
        }
    }

    @inline(__always)
    private mutating func append(_ value: UInt32, _ wordClass: WordClass, _ start: Int, _ end: Int) {
        scalars.append(
            FoldedScalar(
                value: value, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
                wordClass: wordClass))
    }

    /// Canonical order: marks by combining class, stably. Only the values move; the bytes behind a run of marks stay
    /// its bytes.
    private mutating func sortLastMark() {
        var index = scalars.count - 1
        let value = scalars[index].value
        let combiningClass = Self.combiningClass(value)
        guard combiningClass != 0 else { return }
        let limit = max(0, index - Self.longestMarkRun)
        while index > limit, scalars[index - 1].wordClass.isMark,
            Self.combiningClass(scalars[index - 1].value) > combiningClass
        {
            scalars[index].value = scalars[index - 1].value
            index -= 1
        }
        scalars[index].value = value
    }

    private static func combiningClass(_ value: UInt32) -> UInt8 {
        Unicode.Scalar(value)?.properties.canonicalCombiningClass.rawValue ?? 0
    }
}

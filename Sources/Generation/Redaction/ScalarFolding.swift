/// Folding of one scalar: compatibility decomposition and full case folding (Unicode 15 section 3.13, `toNFKC_Casefold`
/// left decomposed), so that two texts which differ in case, width, ligatures or composition alone fold alike.
///
/// Three departures, all towards finding more: the Turkish dotted and dotless i fold to `i`, white space of any kind
/// folds to a space, and typographic apostrophes and hyphens fold to those of a typewriter. Homoglyphs of other scripts
/// do not fold together.
struct ScalarFolding: Sendable {
    static let shared = ScalarFolding()

    /// Sorted by first scalar; runs do not overlap.
    private let runs: [Run]
    /// Mappings of several scalars, one after the other.
    private let sequences: [UInt32]

    private struct Run {
        let first: UInt32
        let last: UInt32
        /// The mapping of `first` when `length` is 1, else where in `sequences` it begins.
        let target: UInt32
        let length: UInt32
    }

    private init() {
        var runs: [Run] = []
        var sequences: [UInt32] = []
        FoldingTable.text.withUTF8Buffer { table in
            for item in table.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
                let sides = item.split(separator: UInt8(ascii: ":"))
                let sources = sides[0].split(separator: UInt8(ascii: "-")).map(Self.hexadecimal)
                let mapping = sides[1].split(separator: UInt8(ascii: "+")).map(Self.hexadecimal)
                let isSingle = mapping.count == 1
                runs.append(
                    Run(
                        first: sources[0], last: sources[sources.count - 1],
                        target: isSingle ? mapping[0] : UInt32(sequences.count), length: UInt32(mapping.count)))
                if !isSingle { sequences += mapping }
            }
        }
        self.runs = runs
        self.sequences = sequences
    }

    private static func hexadecimal(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
        digits.reduce(0) { value, digit in
            value << 4 | UInt32(digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0"))
        }
    }

    /// Hands each scalar of the folding of `scalar`, which is not ASCII, to `body`; none when it is ignorable.
    @inline(__always)
    func fold(_ scalar: Unicode.Scalar, _ body: (UInt32) -> Void) {
        let value = scalar.value
        if let plain = Typography.plain(scalar) { return body(plain.value) }
        if let run = run(of: value) {
            if run.length == 1 { return body(run.target + (value - run.first)) }
            for index in Int(run.target)..<Int(run.target + run.length) { body(sequences[index]) }
            return
        }
        if (Hangul.firstSyllable...Hangul.lastSyllable).contains(value) { return Hangul.decompose(value, body) }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint { return }
        body(properties.isWhitespace ? 0x20 : value)
    }

    private func run(of value: UInt32) -> Run? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].first <= value ? runs[low] : nil
    }
}

/// Hangul syllables decompose by arithmetic (Unicode 15 section 3.12).
enum Hangul {
    static let firstSyllable: UInt32 = 0xAC00
    static let lastSyllable: UInt32 = 0xD7A3

    static func decompose(_ syllable: UInt32, _ body: (UInt32) -> Void) {
        let index = syllable - firstSyllable
        body(0x1100 + index / 588)
        body(0x1161 + index % 588 / 28)
        if index % 28 != 0 { body(0x11A7 + index % 28) }
    }
}

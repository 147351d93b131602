import Domain

/// Replaces in a cell what the final scan would find there, for the one rendering that follows a refused one.
///
/// Redaction and the scan search apart from each other, so there are texts that one leaves and the other finds; a pack
/// without personal data is made all the same. What the scan finds is narrowed down to the words that it is in, these
/// are replaced, and the cell is looked at again, up to a bound; then the whole cell goes.
struct CellSettler: ~Copyable {
    /// Places that are replaced one by one.
    static let rounds = 8

    private var probe: TextProbe
    /// Bytes of the cell at hand that may still be scanned: what narrowing down costs is bounded, too.
    private var budget = 0
    /// The last cell that was changed.
    private(set) var output: [UInt8] = []

    init(_ probe: TextProbe) { self.probe = probe }

    /// How many replacements `cell` needed; when there were any, the changed cell is in `output`.
    mutating func settle(_ cell: UnsafeRawBufferPointer, as kind: TextKind) throws -> Int64 {
        let rule: ScanRule = kind == .catalogue ? .catalogueText : .tenantText
        guard try probe.check(cell, rule) != nil else { return 0 }
        output = Array(cell)
        budget = min(4 << 20, 4096 + 64 * cell.count)
        for round in 1...Self.rounds {
            guard let place = try output.withUnsafeBytes({ try find(in: $0, rule) }) else { break }
            output.replaceSubrange(place, with: Self.token)
            if try output.withUnsafeBytes({ try probe.check($0, rule) }) == nil { return Int64(round) }
        }
        output = Self.token
        return 1
    }

    private static let token = TextRedactor.token.withUTF8Buffer { Array($0) }

    /// The words that hold the first hit: the fewest from the text's beginning that have one, less the most of them in
    /// front without which they still have it. Nil when words do not hold it by themselves.
    private mutating func find(in text: UnsafeRawBufferPointer, _ rule: ScanRule) throws -> Range<Int>? {
        let ends = Self.wordEnds(text)
        var (low, high) = (0, ends.count - 1)
        while low < high, budget > 0 {
            let middle = (low + high) / 2
            if try isHit(text, 0..<ends[middle], rule) { high = middle } else { low = middle + 1 }
        }
        let end = ends[low]
        let starts = [0] + ends.prefix(low)
        (low, high) = (0, starts.count - 1)
        while low < high, budget > 0 {
            let middle = (low + high + 1) / 2
            if try isHit(text, starts[middle]..<end, rule) { low = middle } else { high = middle - 1 }
        }
        guard budget > 0 else { return nil }
        var start = starts[low]
        while start < end, Self.isSpace(text[start]) { start += 1 }
        return try start < end && isHit(text, start..<end, rule) ? start..<end : nil
    }

    private mutating func isHit(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ rule: ScanRule) throws -> Bool {
        budget -= range.count
        return try probe.check(UnsafeRawBufferPointer(rebasing: text[range]), rule) != nil
    }

    /// Where words end, which white space parts; the text's end is the last one.
    private static func wordEnds(_ text: UnsafeRawBufferPointer) -> [Int] {
        text.indices.filter { $0 > 0 && isSpace(text[$0]) && !isSpace(text[$0 - 1]) } + [text.count]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}

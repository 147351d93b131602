/// Finds devices that are named after somebody, word by word: a part of a name beside a device word (`DeviceWords`).
struct DeviceNames {
    private struct Word {
        var range: Range<Int>
        var isPart: Bool
        var isDevice: Bool
        var isOf: Bool
    }

    private var last: Word?
    private var beforeLast: Word?

    /// Takes the next word of the text; hands the device's name to `body` when it is complete.
    mutating func see(
        _ word: FoldedWord, isPart: Bool, isGenitive: Bool, _ devices: borrowing DeviceHashes,
        in text: borrowing FoldedText, _ body: (Range<Int>) -> Void
    ) {
        let isDevice = devices.contains(word)
        let isLong = word.range.count >= DeviceWords.shortestPart
        let seen = Word(
            range: word.range,
            isPart: (isPart && isLong) || (isGenitive && word.range.count > DeviceWords.shortestPart),
            isDevice: isDevice, isOf: devices.isOf(word))
        if let last, Self.isJoined(last.range, word.range, in: text) {
            if isDevice, last.isPart { body(last.range.lowerBound..<word.range.upperBound) }
            if last.isDevice, seen.isPart { body(last.range.lowerBound..<word.range.upperBound) }
            // `iPhone von Marta`
            if last.isOf, seen.isPart, let device = beforeLast, device.isDevice,
                Self.isJoined(device.range, last.range, in: text)
            {
                body(device.range.lowerBound..<word.range.upperBound)
            }
            // `Marta's iPhone`: the `s` is a word of its own.
            if isDevice, let owner = beforeLast, owner.isPart, last.range.count == 1,
                text.scalars[last.range.lowerBound].value == UInt32(UInt8(ascii: "s")),
                owner.range.upperBound + 1 == last.range.lowerBound,
                text.scalars[owner.range.upperBound].value == UInt32(UInt8(ascii: "'"))
            {
                body(owner.range.lowerBound..<word.range.upperBound)
            }
        }
        beforeLast = last
        last = seen
    }

    private static func isJoined(
        _ word: Range<Int>, _ next: Range<Int>, in text: borrowing FoldedText
    ) -> Bool {
        guard word.upperBound + 1 == next.lowerBound else { return false }
        switch Unicode.Scalar(text.scalars[word.upperBound].value) {
        case "-", "_", ".", " ": return true
        default: return false
        }
    }
}

/// The device words as hashes of folded texts.
struct DeviceHashes {
    private var hashes: Set<UInt64> = []
    private var of: Set<UInt64> = []
    /// A bit for each hash, by its low bits, as hardly any word of a text is one of them.
    private var filter: UInt64 = 0

    init(hashPoint: UInt64) {
        for word in DeviceWords.all { hashes.insert(Self.hash(word, hashPoint)) }
        for word in DeviceWords.of { of.insert(Self.hash(word, hashPoint)) }
        for hash in hashes { filter |= 1 << (hash & 63) }
    }

    private static func hash(_ word: String, _ hashPoint: UInt64) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for byte in word.utf8 { hash.append(UInt32(byte)) }
        return hash.value
    }

    /// Whether the word stands between a device and its owner.
    func isOf(_ word: FoldedWord) -> Bool { word.range.count <= 3 && of.contains(word.hash) }

    /// Whether the word, or what is before its digits, is one.
    func contains(_ word: FoldedWord) -> Bool {
        guard word.range.count <= DeviceWords.longest + 4 else { return false }
        return contains(word.hash) || word.letters.map(contains) ?? false
    }

    private func contains(_ hash: UInt64) -> Bool { filter >> (hash & 63) & 1 == 1 && hashes.contains(hash) }
}

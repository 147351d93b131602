import ReviewPackModel

/// The identities as the final scan looks them up: sorted hashes of their normal forms, no texts.
///
/// Ten bytes a name: eight of hash and two of a bit filter in front of the sorted array; an identity stands for three names at most,
/// and redaction's dictionary is gone by now. A name is looked for at every boundary with
/// every length that occurs, by hashes of prefixes; the redaction's dictionary works word by word. What is found by hash is compared
/// with the evidence's own texts before it counts.
struct NameIndex {
    private var hashes: [UInt64] = []
    private var filter: [UInt64]
    /// Hashes of the first three bytes of the names, of which every name has that many.
    private var beginnings = [Bool](repeating: false, count: 1 << 16)
    /// The lengths that occur, in bytes, ascending.
    private(set) var lengths: [Int] = []

    static let shortest = 3

    init(of evidence: some TenantEvidence) throws {
        var count = 0
        try evidence.forEachIdentity { count += $0.contains(UInt8(ascii: "@")) ? 3 : 1 }
        hashes.reserveCapacity(count)
        filter = [UInt64](repeating: 0, count: count / 4 + 1)
        var form = NormalForm()
        var isLength: [Bool] = []
        try evidence.forEachIdentity { identity in
            for name in Self.names(in: identity) {
                Array(name.utf8).withUnsafeBytes { form.set($0) }
                let length = form.name.count
                guard length >= Self.shortest else { continue }
                insert(form.bytes[form.name])
                if isLength.count <= length {
                    isLength.append(contentsOf: repeatElement(false, count: length + 1 - isLength.count))
                }
                isLength[length] = true
            }
        }
        hashes.sort()
        lengths = isLength.indices.filter { isLength[$0] }
    }

    /// The names that an identity stands for: itself, what is before its `@`, and what a guest has before the `@` at home.
    static func names(in identity: UnsafeRawBufferPointer) -> [String] {
        let whole = String(IdentityRule.trimmed(String(decoding: identity, as: UTF8.self)))
        var names = [whole]
        let parts = whole.split(separator: "@", omittingEmptySubsequences: false)
        if parts.count > 1 {
            let local = parts.dropLast().joined(separator: "@")
            names.append(local)
            if local.lowercased().hasSuffix("#ext#"), let end = local.lastIndex(of: "_") {
                names.append(String(local[..<end]))
            }
        }
        return names.filter { IdentityRule.accepts($0) }
    }

    private mutating func insert(_ name: ArraySlice<UInt8>) {
        var hash: UInt64 = 0
        for byte in name { hash = PrefixHashes.step(hash, byte) }
        hashes.append(hash)
        let bit = filterBit(hash)
        filter[bit >> 6] |= 1 << UInt64(bit & 63)
        beginnings[Self.beginning(name, at: name.startIndex)] = true
    }

    /// Whether a name of the index may begin with the three bytes at `start`.
    func mayBegin(_ bytes: [UInt8], at start: Int) -> Bool {
        start + Self.shortest <= bytes.count && beginnings[Self.beginning(bytes[...], at: start)]
    }

    func contains(_ hash: UInt64) -> Bool {
        let bit = filterBit(hash)
        guard filter[bit >> 6] >> UInt64(bit & 63) & 1 == 1 else { return false }
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }

    private func filterBit(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(filter.count * 64)).high)
    }

    private static func beginning(_ bytes: ArraySlice<UInt8>, at start: Int) -> Int {
        let word = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
        return Int((word &* 0x9E37_79B1) >> 16)
    }
}

/// Hashes of all prefixes of a text, from which that of any piece follows: H(i..<j) = P(j) - P(i) * B^(j - i), modulo 2^64.
struct PrefixHashes {
    private var prefixes: [UInt64] = [0]
    private var powers: [UInt64] = [1]

    private static let base: UInt64 = 0xD6E8_FEB8_6659_FD93

    static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 { hash &* base &+ UInt64(byte) &+ 1 }

    mutating func set(_ bytes: [UInt8]) {
        prefixes.removeAll(keepingCapacity: true)
        prefixes.append(0)
        var hash: UInt64 = 0
        for byte in bytes {
            hash = Self.step(hash, byte)
            prefixes.append(hash)
        }
        while powers.count <= bytes.count { powers.append(powers[powers.count - 1] &* Self.base) }
    }

    func hash(_ range: Range<Int>) -> UInt64 {
        prefixes[range.upperBound] &- prefixes[range.lowerBound] &* powers[range.count]
    }
}

import Domain
import Evidence

/// The identities as the final scan looks them up: sorted hashes of the normal forms of their spellings, no texts.
///
/// Ten bytes a spelling: eight of hash and two of a bit filter in front of the sorted array. Equal spellings count
/// once, so it does not matter that one person stands in many rows. A spelling is looked for at every boundary with
/// every length that occurs, by hashes of prefixes; the redaction's dictionary works word by word.
struct NameIndex {
    private let hashes: [UInt64]
    private var filter: [UInt64]
    /// Hashes of the first three bytes of the names, of which every name has that many.
    private let beginnings: [Bool]
    /// The lengths that occur, in bytes, ascending.
    let lengths: [Int]

    static let shortest = 3
    /// Bytes of the normal form; what is longer is no name, and is not looked for.
    static let longest = 1024

    /// What a hash is of; each has its own number, so that one is not taken for another.
    enum Spelling: UInt64 {
        case whole = 0
        /// The sum of its parts' hashes: their order does not matter.
        case parts = 0x5851_F42D_4C95_7F2D
        case part = 0x1405_7B7E_F767_814F
    }

    init(_ names: NameGathering) {
        hashes = names.hashes
        beginnings = names.beginnings
        lengths = names.isLength.indices.filter { names.isLength[$0] }
        filter = [UInt64](repeating: 0, count: hashes.count / 4 + 1)
        for hash in hashes {
            let (first, second) = Self.bits(hash, filter.count)
            filter[first >> 6] |= 1 << UInt64(first & 63)
            filter[second >> 6] |= 1 << UInt64(second & 63)
        }
    }

    /// Whether a name of the index may begin with the three bytes at `start`.
    func mayBegin(_ bytes: [UInt8], at start: Int) -> Bool {
        start + Self.shortest <= bytes.count && beginnings[Self.beginning(bytes[...], at: start)]
    }

    func contains(_ hash: UInt64, _ spelling: Spelling) -> Bool {
        let hash = Self.key(hash, spelling)
        let (first, second) = Self.bits(hash, filter.count)
        guard filter[first >> 6] >> UInt64(first & 63) & filter[second >> 6] >> UInt64(second & 63) & 1 == 1 else {
            return false
        }
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }

    static func key(_ hash: UInt64, _ spelling: Spelling) -> UInt64 { hash &+ spelling.rawValue }

    private static func bits(_ hash: UInt64, _ words: Int) -> (Int, Int) {
        let mixed = PrefixHashes.mixed(hash)
        let bits = UInt64(words * 64)
        return (
            Int(truncatingIfNeeded: mixed.multipliedFullWidth(by: bits).high),
            Int(truncatingIfNeeded: (mixed << 32 | mixed >> 32).multipliedFullWidth(by: bits).high)
        )
    }

    static func beginning(_ bytes: ArraySlice<UInt8>, at start: Int) -> Int {
        let word = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
        return Int((word &* 0x9E37_79B1) >> 16)
    }
}

/// Gathers spellings for an index: each hash once, in memory that grows with the different ones.
struct NameGathering {
    private(set) var hashes: [UInt64] = []
    private(set) var beginnings = [Bool](repeating: false, count: 1 << 16)
    private(set) var isLength = [Bool](repeating: false, count: NameIndex.longest + 1)
    /// Domains of the addresses, in lower case.
    private(set) var domains: Set<String> = []
    private var fresh: [UInt64] = []
    private var form = NormalForm()
    private var prefixes: PrefixHashes

    /// Domains that are kept: a bound on memory. With more every address in a catalogue text counts as the tenant's.
    static let domainLimit = 4096

    init(hashPoint: UInt64) { prefixes = PrefixHashes(point: hashPoint) }

    /// Adds all spellings of an identity, unless they are there already: the rows of a tenant repeat a few names.
    mutating func add(_ identity: String) {
        if isKnown(identity) { return }
        let forms = NameForms(of: identity)
        for name in forms.exact {
            // The form at hand is that of the identity.
            if name.utf8.count != identity.utf8.count { set(name) }
            insertWhole()
        }
        for joined in forms.joined {
            set(joined)
            insertWhole()
        }
        insertParts(forms.parts)
        if let at = identity.lastIndex(of: "@"), domains.count < Self.domainLimit {
            let domain = IdentityRule.trimmed(identity[identity.index(after: at)...].lowercased())
            if domain.contains("."), domain.utf8.count <= TextProbe.longestDomain { domains.insert(String(domain)) }
        }
    }

    /// Whether a text was added as a whole, as far as that was merged.
    private mutating func isKnown(_ identity: String) -> Bool {
        set(identity)
        let hash = NameIndex.key(prefixes.hash(form.name), .whole)
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }

    /// The index of what was added; nothing may be added behind it.
    mutating func index() -> NameIndex {
        merge()
        return NameIndex(self)
    }

    /// Inserts the text that was set last.
    private mutating func insertWhole() {
        let range = form.name
        guard range.count >= NameIndex.shortest, range.count <= NameIndex.longest else { return }
        insert(NameIndex.key(prefixes.hash(range), .whole))
        beginnings[NameIndex.beginning(form.bytes[...], at: range.lowerBound)] = true
        isLength[range.count] = true
    }

    private mutating func insertParts(_ parts: [Substring]) {
        var found: [UInt64] = []
        for part in parts {
            set(String(part))
            found += form.words.map { prefixes.hash($0) }
        }
        guard (2...TextProbe.mostParts).contains(found.count) else { return }
        for part in found { insert(NameIndex.key(part, .part)) }
        insert(NameIndex.key(found.reduce(0) { $0 &+ PrefixHashes.mixed($1) }, .parts))
    }

    private mutating func set(_ text: String) {
        var text = text
        text.withUTF8 { form.set(UnsafeRawBufferPointer($0)) }
        prefixes.set(form.bytes)
    }

    private mutating func insert(_ hash: UInt64) {
        fresh.append(hash)
        if fresh.count >= max(1 << 16, hashes.count / 2) { merge() }
    }

    /// Makes what was added known.
    mutating func merge() {
        fresh.sort()
        var merged: [UInt64] = []
        merged.reserveCapacity(hashes.count + fresh.count)
        var old = 0
        for hash in fresh {
            while old < hashes.count, hashes[old] < hash {
                merged.append(hashes[old])
                old += 1
            }
            let isKnown = (old < hashes.count && hashes[old] == hash) || merged.last == hash
            if !isKnown { merged.append(hash) }
        }
        merged.append(contentsOf: hashes[old...])
        hashes = merged
        fresh.removeAll()
    }
}

/// Hashes of all prefixes of a text, from which that of any piece follows: H(i..<j) = P(j) - P(i) * B^(j - i), modulo
/// 2^61 - 1.
///
/// The base is the pack's own, unknown to whoever chooses names and texts: modulo a power of two texts that collide are
/// known.
struct PrefixHashes {
    private var prefixes: [UInt64] = [0]
    private var powers: [UInt64] = [1]
    private let base: UInt64

    private static let prime: UInt64 = 1 << 61 - 1

    init(point: UInt64) { base = point }

    mutating func set(_ bytes: [UInt8]) {
        prefixes.removeAll(keepingCapacity: true)
        prefixes.append(0)
        var hash: UInt64 = 0
        for byte in bytes {
            hash = Self.sum(Self.product(hash, base), UInt64(byte) + 1)
            prefixes.append(hash)
        }
        while powers.count <= bytes.count { powers.append(Self.product(powers[powers.count - 1], base)) }
    }

    @inline(__always)
    func hash(_ range: Range<Int>) -> UInt64 {
        let head = Self.product(prefixes[range.lowerBound], powers[range.count])
        return Self.sum(prefixes[range.upperBound], Self.prime - head)
    }

    /// A hash spread over 64 bits, so that sums of several say which they were.
    static func mixed(_ hash: UInt64) -> UInt64 {
        var value = hash &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    @inline(__always)
    private static func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let full = a.multipliedFullWidth(by: b)
        return sum(full.low & prime, full.high << 3 | full.low >> 61)
    }

    @inline(__always)
    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let sum = a + b
        return sum >= prime ? sum - prime : sum
    }
}

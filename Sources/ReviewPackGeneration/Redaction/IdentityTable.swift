/// A set of hashed texts, and the hashes of their first words: the dictionary's memory, of fixed size.
///
/// Layout, by the number of identities that were counted before (an address holds `@`, a guest's name also `#`):
///
/// | area | cells | bytes a cell | bytes an identity |
/// |---|---|---|---|
/// | keys: hash of a whole entry, top bit set, 0 = free | 5/4 of the entries | 8 | 10 for a name, 20 for an address (with its local part), 30 for a guest |
/// | words: upper half of the mixed hash of a first word, 0 = free | 5/4 of the identities | 4 | 5 |
/// | lengths: longest entry that begins with this word, in folded scalars | 5/4 of the identities | 2 | 2.5 |
///
/// Invariants: 1. at most 37.5 bytes for each identity, however long its text, plus a constant; no text is kept. 2. An address, its
/// local part and a guest's local part at home begin with the same word, so there is at most one word for each identity. 3. Both
/// tables keep a fifth of their cells free, so every search ends.
struct IdentityTable: ~Copyable {
    private let keys: UnsafeMutableBufferPointer<UInt64>
    private let words: UnsafeMutableBufferPointer<UInt32>
    private let lengths: UnsafeMutableBufferPointer<UInt16>

    /// Folded scalars that an entry has at most; a longer one is cut before.
    static let longestEntry = Int(UInt16.max)

    init(identities: Int, entries: Int) {
        let keyCells = Self.cells(entries)
        let wordCells = Self.cells(identities)
        keys = .allocate(capacity: keyCells)
        keys.initialize(repeating: 0)
        words = .allocate(capacity: wordCells)
        words.initialize(repeating: 0)
        lengths = .allocate(capacity: wordCells)
        lengths.initialize(repeating: 0)
    }

    deinit {
        keys.deallocate()
        words.deallocate()
        lengths.deallocate()
    }

    private static func cells(_ count: Int) -> Int { count + count / 4 + 4 }

    /// Bytes that a table of this size takes.
    static func bytes(identities: Int, entries: Int) -> Int { cells(entries) * 8 + cells(identities) * 6 }

    var bytes: Int { keys.count * 8 + words.count * 6 }

    /// Adds an entry by the hashes of its whole text and of its first word.
    mutating func insert(entry: UInt64, firstWord: UInt64, length: Int) {
        let key = entry | 1 << 63
        var cell = Self.cell(of: entry, in: keys.count)
        var probes = 0
        while keys[cell] != 0, keys[cell] != key, probes < keys.count {
            cell = cell + 1 == keys.count ? 0 : cell + 1
            probes += 1
        }
        keys[cell] = key
        let tag = Self.tag(of: firstWord)
        cell = Self.cell(of: firstWord, in: words.count)
        probes = 0
        while words[cell] != 0, words[cell] != tag, probes < words.count {
            cell = cell + 1 == words.count ? 0 : cell + 1
            probes += 1
        }
        words[cell] = tag
        lengths[cell] = max(lengths[cell], UInt16(clamping: length))
    }

    @inline(__always)
    func contains(entry: UInt64) -> Bool {
        let key = entry | 1 << 63
        var cell = Self.cell(of: entry, in: keys.count)
        while keys[cell] != 0 {
            if keys[cell] == key { return true }
            cell = cell + 1 == keys.count ? 0 : cell + 1
        }
        return false
    }

    /// The length of the longest entry that begins with this word, in folded scalars; 0 when none does.
    @inline(__always)
    func longestEntry(firstWord: UInt64) -> Int {
        let tag = Self.tag(of: firstWord)
        var cell = Self.cell(of: firstWord, in: words.count)
        while words[cell] != 0 {
            if words[cell] == tag { return Int(lengths[cell]) }
            cell = cell + 1 == words.count ? 0 : cell + 1
        }
        return 0
    }

    @inline(__always)
    private static func mixed(_ hash: UInt64) -> UInt64 {
        let product = (hash ^ hash >> 29) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 32
    }

    /// Where the search for a hash begins: its mixed value scaled to the table.
    @inline(__always)
    private static func cell(of hash: UInt64, in count: Int) -> Int {
        Int(truncatingIfNeeded: mixed(hash).multipliedFullWidth(by: UInt64(count)).high)
    }

    @inline(__always)
    private static func tag(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: mixed(hash)) | 1 }
}

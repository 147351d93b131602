import Evidence

/// A set of hashed texts, the hashes of their first words, and those of the words that names are made of: the
/// dictionary's memory, of fixed size.
///
/// Layout, by what was counted before (`Size`):
///
/// | area | cells | bytes a cell | bytes an identity |
/// |---|---|---|---|
/// | keys: hash of a form, top bit set, or of parts, top two set; 0 = free | 5/4 of the forms | 8 | 10 a form (below) |
/// | words: upper half of the mixed hash of a first word, 0 = free | 5/4 of the identities | 4 | 5 |
/// | lengths: longest form that begins with this word, in folded scalars | 5/4 of the identities | 2 | 2.5 |
/// | parts: as words, of each part and of the parts joined by nothing | 5/4 of them | 4 | 5 a part, and 10 |
///
/// Forms: 1 for a name, 2 for an address (with its local part), 3 for a guest; 3 more when it has parts.
///
/// Invariants: 1. a name of two parts takes 67.5 bytes, its address 77.5, a guest's 87.5, one without parts 17.5, 27.5,
/// 37.5; none more than `mostBytes`, however long its text, plus a constant; no text is kept. 2. An address, its local
/// part and a guest's local part at home begin with the same word, so there is at most one first word for each
/// identity; what is joined by nothing is one word and found among the parts. 3. All tables keep a fifth of their cells
/// free, so searches are short. A search looks at each cell once at most, and an insertion that finds no free cell
/// throws: a wrong count neither spins nor loses a name.
struct IdentityTable: ~Copyable {
    /// How many of each there are to be at most.
    struct Size: Equatable {
        var identities = 0
        var forms = 0
        var parts = 0
    }

    private let keys: UnsafeMutableBufferPointer<UInt64>
    private let words: UnsafeMutableBufferPointer<UInt32>
    private let lengths: UnsafeMutableBufferPointer<UInt16>
    private let parts: UnsafeMutableBufferPointer<UInt32>

    /// Folded scalars that an entry has at most; a longer one is cut before.
    static let longestEntry = Int(UInt16.max)
    /// Bytes that an identity takes at most: six forms, and a name of eight words (`IdentityDictionary.mostWords`).
    static let mostBytes = 118

    init(_ size: Size) {
        let wordCells = Self.cells(size.identities)
        keys = Self.table(Self.cells(size.forms))
        words = Self.table(wordCells)
        lengths = Self.table(wordCells)
        parts = Self.table(Self.cells(size.parts))
    }

    deinit {
        keys.deallocate()
        words.deallocate()
        lengths.deallocate()
        parts.deallocate()
    }

    private static func table<Cell: FixedWidthInteger>(_ cells: Int) -> UnsafeMutableBufferPointer<Cell> {
        let table = UnsafeMutableBufferPointer<Cell>.allocate(capacity: cells)
        table.initialize(repeating: 0)
        return table
    }

    private static func cells(_ count: Int) -> Int { count + count / 4 + 4 }

    var bytes: Int { keys.count * 8 + words.count * 6 + parts.count * 4 }

    /// Adds a form by the hashes of its whole text and of its first word.
    ///
    /// - Throws: `EvidenceFailure.changed` when the table is full, as every insertion does: there is more than was
    ///   counted.
    mutating func insert(entry: UInt64, firstWord: UInt64, length: Int) throws {
        try insert(key: entry | 1 << 63)
        let cell = try Self.insert(Self.tag(of: firstWord), firstWord, into: words)
        lengths[cell] = max(lengths[cell], UInt16(clamping: length))
    }

    /// Adds a form of one word; it is found as a part.
    mutating func insert(joined word: UInt64) throws {
        try insert(key: word | 1 << 63)
        try insert(part: word)
    }

    mutating func insert(part word: UInt64) throws { _ = try Self.insert(Self.tag(of: word), word, into: parts) }

    /// Adds a name by the sum of its words' hashes, each mixed, so that their order does not matter.
    mutating func insert(words sum: UInt64) throws { try insert(key: sum | 3 << 62) }

    private mutating func insert(key: UInt64) throws {
        var cell = Self.cell(of: key & Self.keyBits, in: keys.count)
        for _ in 0..<keys.count {
            if keys[cell] == 0 || keys[cell] == key {
                keys[cell] = key
                return
            }
            cell = cell + 1 == keys.count ? 0 : cell + 1
        }
        throw EvidenceFailure.changed
    }

    private static func insert(
        _ tag: UInt32, _ hash: UInt64, into table: UnsafeMutableBufferPointer<UInt32>
    ) throws -> Int {
        var cell = cell(of: hash, in: table.count)
        for _ in 0..<table.count {
            if table[cell] == 0 || table[cell] == tag {
                table[cell] = tag
                return cell
            }
            cell = cell + 1 == table.count ? 0 : cell + 1
        }
        throw EvidenceFailure.changed
    }

    @inline(__always)
    func contains(entry: UInt64) -> Bool { contains(key: entry | 1 << 63) }

    func contains(words sum: UInt64) -> Bool { contains(key: sum | 3 << 62) }

    @inline(__always)
    private func contains(key: UInt64) -> Bool {
        var cell = Self.cell(of: key & Self.keyBits, in: keys.count)
        for _ in 0..<keys.count {
            if keys[cell] == 0 { return false }
            if keys[cell] == key { return true }
            cell = cell + 1 == keys.count ? 0 : cell + 1
        }
        return false
    }

    /// Hashes of texts are below 2^61.
    private static let keyBits: UInt64 = 1 << 62 - 1

    @inline(__always)
    func contains(part word: UInt64) -> Bool {
        let tag = Self.tag(of: word)
        var cell = Self.cell(of: word, in: parts.count)
        for _ in 0..<parts.count {
            if parts[cell] == 0 { return false }
            if parts[cell] == tag { return true }
            cell = cell + 1 == parts.count ? 0 : cell + 1
        }
        return false
    }

    /// The length of the longest entry that begins with this word, in folded scalars; 0 when none does.
    @inline(__always)
    func longestEntry(firstWord: UInt64) -> Int {
        let tag = Self.tag(of: firstWord)
        var cell = Self.cell(of: firstWord, in: words.count)
        for _ in 0..<words.count {
            if words[cell] == 0 { return 0 }
            if words[cell] == tag { return Int(lengths[cell]) }
            cell = cell + 1 == words.count ? 0 : cell + 1
        }
        return 0
    }

    /// Hash values spread over all 64 bits.
    @inline(__always)
    static func mixed(_ hash: UInt64) -> UInt64 {
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

import Domain
import Evidence

/// Identities as redaction searches for them: the forms of `NameForms` by hash, and the domains of the addresses among
/// them.
struct IdentityDictionary: ~Copyable {
    private var table: IdentityTable
    private(set) var domains: TenantDomains
    private let devices: DeviceHashes
    /// What `RollingHash` takes; the same for the entries and the texts.
    let hashPoint: UInt64

    /// Words that a name searched for in parts has at most, where each letter of Han, Kana or Hangul is one.
    static let mostWords = 8

    /// Reads all identities of the evidence, twice: first to count them.
    static func read(
        from evidence: some TenantEvidence, hashPoint: UInt64, control: RenderControl = RenderControl()
    ) throws -> IdentityDictionary {
        try make(hashPoint: hashPoint) { body in
            try evidence.forEachIdentity { bytes in
                try control.check()
                try body(String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    /// A dictionary of a few names: those of one row.
    static func of(_ names: [String], hashPoint: UInt64) throws -> IdentityDictionary {
        try make(hashPoint: hashPoint) { body in for name in names { try body(name) } }
    }

    private static func make(
        hashPoint: UInt64, _ forEach: ((String) throws -> Void) throws -> Void
    ) throws -> IdentityDictionary {
        var size = IdentityTable.Size()
        var folded = FoldedText()
        try forEach { identity in
            let counted = Self.size(of: NameForms(of: identity), using: &folded)
            size.identities += 1
            size.forms += counted.forms
            size.parts += counted.parts
        }
        var dictionary = IdentityDictionary(size, hashPoint: hashPoint)
        var remaining = size
        try forEach { identity in
            let forms = NameForms(of: identity)
            let counted = Self.size(of: forms, using: &folded)
            // Evidence that hands out more the second time would overfill the table.
            guard remaining.identities > 0, remaining.forms >= counted.forms, remaining.parts >= counted.parts else {
                throw EvidenceFailure.changed
            }
            remaining.identities -= 1
            remaining.forms -= counted.forms
            remaining.parts -= counted.parts
            try dictionary.insert(forms, using: &folded)
            let core = IdentityRule.trimmed(identity)
            if let at = core.lastIndex(of: "@") {
                dictionary.domains.insert(core[core.index(after: at)...], using: &folded)
            }
        }
        return dictionary
    }

    private init(_ size: IdentityTable.Size, hashPoint: UInt64) {
        self.hashPoint = hashPoint
        domains = TenantDomains(hashPoint: hashPoint)
        devices = DeviceHashes(hashPoint: hashPoint)
        table = IdentityTable(size)
    }

    /// Bytes of the table.
    var bytes: Int { table.bytes }

    // MARK: Inserting

    /// What `insert` puts in of an identity, before equal words fall together.
    ///
    /// A part that is not ASCII is folded to count its words: one scalar may be several (U+FDFA is four), and many may
    /// be one.
    private static func size(of forms: NameForms, using folded: inout FoldedText) -> IdentityTable.Size {
        var size = IdentityTable.Size(identities: 1, forms: forms.exact.count)
        if !forms.parts.isEmpty {
            var words = 0
            for part in forms.parts {
                if part.utf8.allSatisfy({ $0 < 0x80 }) {
                    words += 1
                } else {
                    folded.fold(String(part))
                    forEachWord(in: folded, hashPoint: 0) { _ in words += 1 }
                }
            }
            if isSearchedInParts(words) {
                size.forms += 1
                size.parts = words
            }
        }
        size.forms += forms.joined.count
        size.parts += forms.joined.count
        return size
    }

    private static func isSearchedInParts(_ words: Int) -> Bool { (2...mostWords).contains(words) }

    private mutating func insert(_ forms: NameForms, using folded: inout FoldedText) throws {
        for form in forms.exact { try insert(form, using: &folded) }
        for joined in forms.joined {
            folded.fold(joined)
            try table.insert(joined: wholeHash(of: folded))
        }
        guard !forms.parts.isEmpty else { return }
        var sum: UInt64 = 0
        var words: [UInt64] = []
        for part in forms.parts {
            folded.fold(String(part))
            Self.forEachWord(in: folded, hashPoint: hashPoint) { hash in
                words.append(hash)
                sum &+= IdentityTable.mixed(hash)
            }
        }
        guard Self.isSearchedInParts(words.count) else { return }
        for word in words { try table.insert(part: word) }
        try table.insert(words: sum)
    }

    private static func forEachWord(in text: borrowing FoldedText, hashPoint: UInt64, _ body: (UInt64) -> Void) {
        var hash = RollingHash(point: hashPoint)
        for index in text.scalars.indices {
            hash.append(text.scalars[index].value)
            guard text.isBoundary(index + 1) else { continue }
            if text.scalars[index].wordClass != .separate { body(hash.value) }
            hash = RollingHash(point: hashPoint)
        }
    }

    private mutating func insert(_ form: String, using folded: inout FoldedText) throws {
        folded.fold(form)
        var hash = RollingHash(point: hashPoint)
        var firstWord: UInt64?
        var end = (length: 0, hash: UInt64(0))
        // Folding makes spaces of more than white space (U+00A8, U+FDFA); at its ends they are no part of a name.
        let name = folded.withoutOuterSpaces
        for index in name.prefix(IdentityTable.longestEntry) {
            hash.append(folded.scalars[index].value)
            guard index + 1 == name.upperBound || folded.isBoundary(index + 1) else { continue }
            firstWord = firstWord ?? hash.value
            end = (index + 1 - name.lowerBound, hash.value)
        }
        guard let firstWord else { return }
        try table.insert(entry: end.hash, firstWord: firstWord, length: end.length)
    }

    /// Whether a whole text is an entry, so that a search finds it and its other forms.
    func contains(whole text: borrowing FoldedText) -> Bool {
        table.contains(entry: wholeHash(of: text))
    }

    private func wholeHash(of text: borrowing FoldedText) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for index in text.withoutOuterSpaces { hash.append(text.scalars[index].value) }
        return hash.value
    }

    // MARK: Searching

    /// Hands the occurrences of names to `body`, as ranges of folded scalars: from each place where one begins the
    /// longest form, and names of devices made from a part.
    ///
    /// Returns false when it gave up because there was more to compare than `budget` scalars.
    func forEachMatch(
        in text: borrowing FoldedText, budget: Int, _ patience: inout Patience, _ body: (Range<Int>) -> Void
    ) throws -> Bool {
        var remaining = budget
        var device = DeviceNames()
        let count = text.scalars.count
        var start = 0
        while start < count {
            let word = word(in: text, from: start)
            let next = word.range.upperBound
            let limit = min(count, start + table.longestEntry(firstWord: word.hash))
            var matchEnd = start
            var hash = RollingHash(point: hashPoint, value: word.hash)
            var index = next
            while index <= limit {
                if text.isBoundary(index), table.contains(entry: hash.value) { matchEnd = index }
                if index == limit { break }
                hash.append(text.scalars[index].value)
                index += 1
            }
            var compared = index - start
            if text.scalars[start].wordClass != .separate {
                let isPart = table.contains(part: word.hash)
                if isPart {
                    let (end, steps) = joinedEnd(in: text, from: word)
                    matchEnd = max(matchEnd, end)
                    compared += steps
                }
                device.see(
                    word, isPart: isPart, isGenitive: word.genitive.map { table.contains(part: $0) } ?? false, devices,
                    in: text, body)
            }
            if matchEnd > start { body(start..<matchEnd) }
            try patience.spend(compared)
            remaining -= compared
            if remaining < 0 { return false }
            start = next
        }
        return true
    }

    private func word(in text: borrowing FoldedText, from start: Int) -> FoldedWord {
        var hash = RollingHash(point: hashPoint)
        var word = FoldedWord(range: start..<start)
        var index = start
        repeat {
            let value = text.scalars[index].value
            if word.letters == nil, index > start, (0x30...0x39).contains(value) { word.letters = hash.value }
            word.genitive = value == UInt32(UInt8(ascii: "s")) && index > start ? hash.value : nil
            hash.append(value)
            index += 1
        } while !text.isBoundary(index)
        word.range = start..<index
        word.hash = hash.value
        return word
    }

    /// Where the longest name that begins with this part ends, its parts in any order: the part's own start when there
    /// is none.
    private func joinedEnd(in text: borrowing FoldedText, from first: FoldedWord) -> (end: Int, steps: Int) {
        var end = first.range.lowerBound
        if table.contains(entry: first.hash) { end = first.range.upperBound }
        var sum = IdentityTable.mixed(first.hash)
        var position = first.range.upperBound
        for _ in 1..<Self.mostWords {
            let joiners = text.joiners(from: position)
            guard joiners <= Joiners.most, position + joiners < text.scalars.count,
                text.scalars[position + joiners].wordClass != .separate
            else { break }
            let next = word(in: text, from: position + joiners)
            position = next.range.upperBound
            guard table.contains(part: next.hash) else { break }
            sum &+= IdentityTable.mixed(next.hash)
            if table.contains(words: sum) { end = position }
        }
        return (end, position - first.range.lowerBound)
    }
}

/// A word of a folded text: what lies between two boundaries.
struct FoldedWord {
    var range: Range<Int>
    var hash: UInt64 = 0
    /// The hash of what is before its first digit; nil without digits, or when it begins with one.
    var letters: UInt64?
    /// The hash without the `s` at its end; nil when it has none.
    var genitive: UInt64?

    init(range: Range<Int>) { self.range = range }
}

extension EvidenceFailure {
    /// The evidence handed out other identities the second time, although one snapshot was promised, or more than were
    /// counted.
    static let changed = EvidenceFailure(.internalError, detail: "the identities changed inside of one snapshot")
}

import ReviewPackModel

/// The tenant's identities as redaction searches for them: entries by hash, and the domains of its addresses.
///
/// From each identity that `IdentityRule` accepts come the text itself and, of an address, its local part; of a guest's principal
/// name also the local part at home.
struct IdentityDictionary: ~Copyable {
    private var table: IdentityTable
    private(set) var domains: TenantDomains
    /// What `RollingHash` takes; the same for the entries and the texts.
    let hashPoint: UInt64

    /// Reads all identities of the evidence, twice: first to count them.
    static func read(from evidence: some TenantEvidence, hashPoint: UInt64) throws -> IdentityDictionary {
        var identities = 0
        var entries = 0
        try evidence.forEachIdentity { text in
            identities += 1
            entries += 1 + (text.contains(UInt8(ascii: "@")) ? 1 : 0) + (text.contains(UInt8(ascii: "#")) ? 1 : 0)
        }
        var dictionary = IdentityDictionary(identities: identities, entries: entries, hashPoint: hashPoint)
        var folded = FoldedText()
        var remaining = (identities: identities, entries: entries)
        try evidence.forEachIdentity { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let found = Self.entries(of: text)
            // Evidence that hands out more the second time would overfill the table.
            guard remaining.identities > 0, remaining.entries >= found.count else { throw EvidenceChanged() }
            remaining = (remaining.identities - 1, remaining.entries - found.count)
            for entry in found { dictionary.insert(entry, using: &folded) }
            let core = IdentityRule.trimmed(text)
            if let at = core.lastIndex(of: "@") {
                dictionary.domains.insert(core[core.index(after: at)...], using: &folded)
            }
        }
        return dictionary
    }

    private init(identities: Int, entries: Int, hashPoint: UInt64) {
        self.hashPoint = hashPoint
        domains = TenantDomains(hashPoint: hashPoint)
        table = IdentityTable(identities: identities, entries: entries)
    }

    /// Bytes of the table.
    var bytes: Int { table.bytes }

    /// The texts that an identity puts into the dictionary.
    static func entries(of identity: String) -> [Substring] {
        let text = IdentityRule.trimmed(identity)
        var candidates = [text]
        if let local = IdentityRule.localPart(of: text) {
            candidates.append(local)
            if let home = IdentityRule.homeLocalPart(ofGuest: local) { candidates.append(home) }
        }
        return candidates.filter { IdentityRule.accepts($0) }
    }

    private mutating func insert(_ entry: Substring, using folded: inout FoldedText) {
        var entry = entry
        entry.withUTF8 { folded.fold(UnsafeRawBufferPointer($0), decodingEscapes: false) }
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
        table.insert(entry: end.hash, firstWord: firstWord, length: end.length)
    }

    /// Hands every longest occurrence of an entry, from each place where one begins, to `body`, as a range of folded scalars.
    ///
    /// Returns false when it gave up because there was more to compare than `budget` scalars.
    func forEachMatch(in text: borrowing FoldedText, budget: Int, _ body: (Range<Int>) -> Void) -> Bool {
        var remaining = budget
        let count = text.scalars.count
        var start = 0
        while start < count {
            var hash = RollingHash(point: hashPoint)
            var index = start
            repeat {
                hash.append(text.scalars[index].value)
                index += 1
            } while !text.isBoundary(index)
            let next = index
            let limit = min(count, start + table.longestEntry(firstWord: hash.value))
            var matchEnd = start
            while index <= limit {
                if text.isBoundary(index), table.contains(entry: hash.value) { matchEnd = index }
                if index == limit { break }
                hash.append(text.scalars[index].value)
                index += 1
                remaining -= 1
                if remaining < 0 { return false }
            }
            if matchEnd > start { body(start..<matchEnd) }
            start = next
        }
        return true
    }
}

/// The evidence handed out other identities the second time, although one snapshot was promised.
struct EvidenceChanged: Error {}

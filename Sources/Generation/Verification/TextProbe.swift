import Domain

/// Looks for personal data in finished texts.
struct TextProbe {
    /// What was found; never the text itself.
    enum Finding: String {
        case name = "a name of the tenant's data"
        case device = "a device named after somebody of the tenant's data"
        case address = "the shape of an address"
        case folder = "the folder of a user"
        case number = "a telephone number or the SID of an account"
    }

    private let index: NameIndex
    private let domains: Set<String>
    private let devices: Set<UInt64>
    /// A bit for each of them, by the low bits.
    private let deviceBits: UInt64
    private var form = NormalForm()
    private var prefixes: PrefixHashes
    private var patience: Patience

    /// Words of a name whose order does not matter.
    static let mostParts = 8
    /// A domain has at most 255 octets (RFC 5321 section 4.5.3.1.2).
    static let longestDomain = 255

    init(_ names: consuming NameGathering, hashPoint: UInt64, control: RenderControl) {
        prefixes = PrefixHashes(point: hashPoint)
        patience = Patience(control)
        domains = names.domains
        index = names.index()
        var devices: Set<UInt64> = []
        for word in DeviceWords.all {
            prefixes.set(Array(word.utf8))
            devices.insert(prefixes.hash(0..<word.utf8.count))
        }
        self.devices = devices
        deviceBits = devices.reduce(0) { $0 | 1 << ($1 & 63) }
    }

    /// What of a tenant's text should have been replaced.
    ///
    /// - Throws: `RenderError` when the rendering is to stop.
    mutating func check(tenantText text: UnsafeRawBufferPointer) throws -> Finding? {
        try forEachView(of: text) { probe throws in
            if try probe.holdsAddress(where: { _ in true }) { return .address }
            if ShapeSearch.holdsFolder(probe.form.bytes) { return .folder }
            if ShapeSearch.holdsNumber(probe.form.bytes) { return .number }
            if try probe.holdsName() { return .name }
            return try probe.holdsParts()
        }
    }

    /// What of a catalogue text should have been replaced: addresses of the tenant's domains.
    mutating func check(catalogueText text: UnsafeRawBufferPointer) throws -> Finding? {
        try forEachView(of: text, where: Self.mayHoldAtSign) { probe throws in
            let domains = probe.domains
            return try probe.holdsAddress { Self.isBelow(domains, $0) } ? .address : nil
        }
    }

    /// Whether a domain is one of `domains` or lies below one.
    private static func isBelow(_ domains: Set<String>, _ domain: Substring) -> Bool {
        if domains.count >= NameGathering.domainLimit { return true }
        // No domain has more octets, so a longer text ends in one at most.
        let tail = domain.utf8.suffix(longestDomain)
        var isLabel = tail.count == domain.utf8.count
        for start in tail.indices {
            if isLabel, domains.contains(String(Substring(tail[start...]))) { return true }
            isLabel = tail[start] == UInt8(ascii: ".")
        }
        return false
    }

    /// Calls `body` with `form` set to each piece of the text between redaction tokens, as it stands and unescaped,
    /// unless `isWorthwhile` says that nothing can be found in it.
    private mutating func forEachView(
        of text: UnsafeRawBufferPointer, where isWorthwhile: (UnsafeRawBufferPointer) -> Bool = { _ in true },
        _ body: (inout TextProbe) throws -> Finding?
    ) throws -> Finding? {
        try patience.spend(text.count)
        for piece in RedactionTokens.pieces(of: text) {
            // Normalising and looking at addresses take some steps a byte; what compares more asks for itself.
            try patience.spend(16 * piece.count)
            if isWorthwhile(piece) {
                try form.set(piece) { try patience.spend(1 << 15) }
                if let finding = try body(&self) { return finding }
            }
            guard let decoded = Unescaping.decoded(piece), decoded.withUnsafeBytes(isWorthwhile) else { continue }
            try decoded.withUnsafeBytes { try form.set($0) { try patience.spend(1 << 15) } }
            if let finding = try body(&self) { return finding }
        }
        return nil
    }

    /// An at sign in ASCII, or something beyond ASCII that may fold to one.
    private static func mayHoldAtSign(_ text: UnsafeRawBufferPointer) -> Bool {
        text.contains { $0 == UInt8(ascii: "@") || $0 >= 0x80 }
    }

    // MARK: Names

    private mutating func holdsName() throws -> Bool {
        prefixes.set(form.bytes)
        let ends = form.isBoundary.indices.filter { form.isBoundary[$0] }
        for (position, start) in ends.enumerated() where index.mayBegin(form.bytes, at: start) {
            // Whichever are fewer: the boundaries behind, or the lengths that names have.
            if ends.count - position < index.lengths.count {
                try patience.spend(ends.count - position)
                for end in ends[(position + 1)...] where isName(start..<end) { return true }
            } else {
                try patience.spend(index.lengths.count)
                for length in index.lengths {
                    let end = start + length
                    guard end <= form.bytes.count else { break }
                    if form.isBoundary[end], isName(start..<end) { return true }
                }
            }
        }
        return false
    }

    private func isName(_ range: Range<Int>) -> Bool {
        range.count >= NameIndex.shortest && index.contains(prefixes.hash(range), .whole)
    }

    /// The parts of a name in any order, and a part beside a device word; behind `holdsName`, which sets the prefixes.
    private mutating func holdsParts() throws -> Finding? {
        let words = form.words
        try patience.spend(words.count)
        for (position, word) in words.enumerated() {
            if isDevice(word), isOwned(words, position) { return .device }
            let hash = prefixes.hash(word)
            guard index.contains(hash, .part) else { continue }
            try patience.spend(Self.mostParts)
            var sum = PrefixHashes.mixed(hash)
            for next in words.indices[(position + 1)...].prefix(Self.mostParts - 1) {
                let gap = words[next - 1].upperBound..<words[next].lowerBound
                let hash = prefixes.hash(words[next])
                guard gap.count <= Joiners.most, form.bytes[gap].allSatisfy(Joiners.contains),
                    index.contains(hash, .part)
                else { break }
                sum &+= PrefixHashes.mixed(hash)
                if index.contains(sum, .parts) { return .name }
            }
        }
        return nil
    }

    /// Whether somebody's part is beside the device at `position`.
    private func isOwned(_ words: [Range<Int>], _ position: Int) -> Bool {
        func isNext(_ first: Int) -> Bool {
            guard words.indices.contains(first), words.indices.contains(first + 1) else { return false }
            let gap = words[first].upperBound
            return gap + 1 == words[first + 1].lowerBound && "-_. ".utf8.contains(form.bytes[gap])
        }
        if isNext(position) {
            if isPart(words[position + 1]) { return true }
            // `iPhone von Marta`
            if isNext(position + 1), DeviceWords.of.contains(form.string(words[position + 1])),
                isPart(words[position + 2])
            {
                return true
            }
        }
        guard isNext(position - 1) else { return false }
        if isPart(words[position - 1]) { return true }
        // `Marta's iPhone`
        guard position > 1, form.bytes[words[position - 1]] == [UInt8(ascii: "s")] else { return false }
        let owner = words[position - 2]
        return owner.upperBound + 1 == words[position - 1].lowerBound
            && form.bytes[owner.upperBound] == UInt8(ascii: "'") && isPart(owner)
    }

    private func isDevice(_ word: Range<Int>) -> Bool {
        guard word.count <= DeviceWords.longest + 4 else { return false }
        if isDevice(hash: prefixes.hash(word)) { return true }
        guard let digit = word.first(where: { (0x30...0x39).contains(form.bytes[$0]) }) else { return false }
        return isDevice(hash: prefixes.hash(word.lowerBound..<digit))
    }

    private func isDevice(hash: UInt64) -> Bool { deviceBits >> (hash & 63) & 1 == 1 && devices.contains(hash) }

    private func isPart(_ word: Range<Int>) -> Bool {
        let length = form.string(word).count
        guard length >= DeviceWords.shortestPart else { return false }
        if index.contains(prefixes.hash(word), .part) { return true }
        return length > DeviceWords.shortestPart && form.bytes[word].last == UInt8(ascii: "s")
            && index.contains(prefixes.hash(word.lowerBound..<word.upperBound - 1), .part)
    }

    // MARK: Addresses

    /// Whether the domain of something that looks like an address is wanted: something with a letter or digit, `@`, a
    /// domain with a letter.
    private func holdsAddress(where isWanted: (Substring) -> Bool) throws -> Bool {
        guard form.bytes.contains(UInt8(ascii: "@")) else { return false }
        let text = form.string(0..<form.bytes.count)
        for at in text.indices where text[at] == "@" && at > text.startIndex {
            // Punctuation may end a local part, as in `x#EXT#@`, but not be all of it.
            guard let last = text[..<at].last(where: { !"._-+'#!^~".contains($0) }), Self.isAlphanumeric(last) else {
                continue
            }
            var domain = text[text.index(after: at)...].prefix { Self.isAlphanumeric($0) || $0 == "." || $0 == "-" }
            while domain.last == "." || domain.last == "-" { domain.removeLast() }
            if let first = domain.first, Self.isAlphanumeric(first), domain.contains(where: \.isLetter),
                isWanted(domain)
            {
                return true
            }
        }
        return false
    }

    private static func isAlphanumeric(_ character: Character) -> Bool {
        character.isLetter || character.isNumber
    }
}

import ReviewPackModel

/// Looks for personal data in finished texts.
struct TextProbe {
    /// What was found; never the text itself.
    enum Finding: String {
        case name = "a name of the tenant's data"
        case address = "the shape of an address"
    }

    private let index: NameIndex
    private let domains: Set<String>
    /// Whether a name, in its normal form, is one of the evidence's: asked when the index found its hash.
    private let isInEvidence: (String) throws -> Bool
    private var form = NormalForm()
    private var prefixes = PrefixHashes()

    /// Domains that are kept, as in the redaction: a bound on memory.
    private static let domainLimit = 4096

    init(of evidence: some TenantEvidence) throws {
        index = try NameIndex(of: evidence)
        var found: Set<String> = []
        try evidence.forEachIdentity { identity in
            guard found.count < Self.domainLimit, let at = identity.lastIndex(of: UInt8(ascii: "@")) else { return }
            let domain = String(decoding: identity[(at + 1)...], as: UTF8.self).lowercased()
            if domain.contains(".") { found.insert(String(IdentityRule.trimmed(domain))) }
        }
        domains = found
        isInEvidence = { text in try Self.isName(text, of: evidence) }
    }

    /// What of a tenant's text should have been replaced.
    mutating func check(tenantText text: UnsafeRawBufferPointer) throws -> Finding? {
        try forEachView(of: text) { probe throws in
            if probe.addressDomains().first != nil { return .address }
            return try probe.holdsName() ? .name : nil
        }
    }

    /// What of a catalogue text should have been replaced: addresses of the tenant's domains.
    mutating func check(catalogueText text: UnsafeRawBufferPointer) throws -> Finding? {
        try forEachView(of: text, where: Self.mayHoldAtSign) { probe throws in
            probe.addressDomains().contains { domain in
                domain.indices.contains { start in
                    (start == domain.startIndex || domain[domain.index(before: start)] == ".")
                        && probe.domains.contains(String(domain[start...]))
                }
            } ? .address : nil
        }
    }

    /// Calls `body` with `form` set to each piece of the text between redaction tokens, as it stands and unescaped, unless
    /// `isWorthwhile` says that nothing can be found in it.
    private mutating func forEachView(
        of text: UnsafeRawBufferPointer, where isWorthwhile: (UnsafeRawBufferPointer) -> Bool = { _ in true },
        _ body: (inout TextProbe) throws -> Finding?
    ) throws -> Finding? {
        for piece in RedactionTokens.pieces(of: text) {
            if isWorthwhile(piece) {
                form.set(piece)
                if let finding = try body(&self) { return finding }
            }
            guard let decoded = Unescaping.decoded(piece), decoded.withUnsafeBytes(isWorthwhile) else { continue }
            decoded.withUnsafeBytes { form.set($0) }
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
                for end in ends[(position + 1)...] where try isName(start..<end) { return true }
            } else {
                for length in index.lengths {
                    let end = start + length
                    guard end <= form.bytes.count else { break }
                    if form.isBoundary[end], try isName(start..<end) { return true }
                }
            }
        }
        return false
    }

    private func isName(_ range: Range<Int>) throws -> Bool {
        guard range.count >= NameIndex.shortest, index.contains(prefixes.hash(range)) else { return false }
        // Equal hashes may be chance; what stands in the evidence is not.
        return try isInEvidence(form.string(range))
    }

    private static func isName(_ text: String, of evidence: some TenantEvidence) throws -> Bool {
        var form = NormalForm()
        var isFound = false
        try evidence.forEachIdentity { identity in
            if isFound { return }
            for name in NameIndex.names(in: identity) {
                Array(name.utf8).withUnsafeBytes { form.set($0) }
                if form.string(form.name) == text { isFound = true }
            }
        }
        return isFound
    }

    // MARK: Addresses

    /// The domains of everything that looks like an address: something with a letter or digit, `@`, a domain with a letter.
    private func addressDomains() -> [Substring] {
        guard form.bytes.contains(UInt8(ascii: "@")) else { return [] }
        var domains: [Substring] = []
        let text = form.string(0..<form.bytes.count)
        for at in text.indices where text[at] == "@" && at > text.startIndex {
            // Punctuation may end a local part, as in `x#EXT#@`, but not be all of it.
            guard let last = text[..<at].last(where: { !"._-+'#!^~".contains($0) }), Self.isAlphanumeric(last) else {
                continue
            }
            var domain = text[text.index(after: at)...].prefix { Self.isAlphanumeric($0) || $0 == "." || $0 == "-" }
            while domain.last == "." || domain.last == "-" { domain.removeLast() }
            if let first = domain.first, Self.isAlphanumeric(first), domain.contains(where: \.isLetter) {
                domains.append(domain)
            }
        }
        return domains
    }

    private static func isAlphanumeric(_ character: Character) -> Bool {
        character.isLetter || character.isNumber
    }
}

/// The two kinds of text that redaction tells apart (`Docs/PACK-FORMAT.md`, section "Redaction").
enum TextKind {
    /// The tenant's own words: dictionary, the row's own names, addresses, user folders.
    case tenant
    /// The same for every tenant: only addresses of this tenant's domains.
    case catalogue
}

/// Replaces personal data in one text after the other.
///
/// Rules see a text twice, as it stands and with its escapes decoded; the places that either finds are put together, so where
/// places overlap the whole is replaced once. UUIDs inside such a place stay. The outcome is looked at again until nothing more is
/// found, so the rules hold for what is written, not only for what was read. Whatever cannot be settled (a text over
/// `longestText`, one that needs too much comparing, one that will not become stable) is replaced whole.
struct TextRedactor: ~Copyable {
    static let token: StaticString = "[REDACTED]"
    /// Bytes of the longest text that is looked into.
    static let longestText = 1 << 20
    private static let rounds = 4

    private let dictionary: IdentityDictionary
    private var folded = FoldedText()
    private var ownNames = OwnNames()
    private var places: [Range<Int>] = []
    private var draft: [UInt8] = []
    /// The last text that was changed, until the next call of `redact`.
    private(set) var output: [UInt8] = []

    init(dictionary: consuming IdentityDictionary) { self.dictionary = dictionary }

    /// Says which resource_name the tenant's texts of the coming row belong to; empty behind the last row.
    mutating func setOwnNames(_ cell: UnsafeRawBufferPointer) { ownNames.set(cell, using: &folded) }

    /// How many replacements `text` needs; when there are any, the changed text is in `output`.
    mutating func redact(_ text: UnsafeRawBufferPointer, as kind: TextKind) -> Int64 {
        if kind == .catalogue, !AtSign.isPossible(in: text) { return 0 }
        if kind == .tenant, ownNames.areTooMany(forTextOf: text.count) { return replaceWhole() }
        guard text.count <= Self.longestText, find(in: text, kind) else { return replaceWhole() }
        if places.isEmpty { return 0 }
        var count = replacePlaces(in: text)
        for _ in 1..<Self.rounds {
            swap(&output, &draft)
            let isSettled = draft.withUnsafeBytes { find(in: $0, kind) }
            if isSettled, places.isEmpty {
                swap(&output, &draft)
                return count
            }
            guard isSettled else { break }
            count += draft.withUnsafeBytes { replacePlaces(in: $0) }
        }
        return replaceWhole()
    }

    /// Collects the places to replace in `text`, sorted and apart from each other; false when that takes too much.
    private mutating func find(in text: UnsafeRawBufferPointer, _ kind: TextKind) -> Bool {
        places.removeAll(keepingCapacity: true)
        guard find(in: text, kind, decodingEscapes: false) else { return false }
        if EscapeDecoder.isPossible(in: text), !find(in: text, kind, decodingEscapes: true) { return false }
        if !places.isEmpty { settlePlaces(in: text) }
        return true
    }

    private mutating func find(
        in text: UnsafeRawBufferPointer, _ kind: TextKind, decodingEscapes: Bool
    ) -> Bool {
        folded.fold(text, decodingEscapes: decodingEscapes)
        guard kind == .tenant else {
            AddressRule.forEachAddress(in: folded) { match in
                if dictionary.domains.contains(folded, match.domain) { places.append(folded.source(of: match.range)) }
            }
            return true
        }
        AddressRule.forEachAddress(in: folded) { places.append(folded.source(of: $0.range)) }
        ownNames.forEachMatch(in: folded) { places.append(folded.source(of: $0)) }
        UserFolderRule.forEachName(in: folded) { places.append(folded.source(of: $0)) }
        return dictionary.forEachMatch(in: folded, budget: 1 << 20 + 64 * text.count) {
            places.append(folded.source(of: $0))
        }
    }

    /// Sorts and merges the places, and takes UUIDs and tokens of earlier rounds out of them.
    private mutating func settlePlaces(in text: UnsafeRawBufferPointer) {
        places.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<Int>] = []
        for place in places {
            if let last = merged.last, place.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                merged.append(place)
            }
        }
        places.removeAll(keepingCapacity: true)
        for place in merged { KeptSpans.subtract(from: place, in: text, into: &places) }
    }

    private mutating func replacePlaces(in text: UnsafeRawBufferPointer) -> Int64 {
        output.removeAll(keepingCapacity: true)
        var done = 0
        for place in places {
            output.append(contentsOf: text[done..<place.lowerBound])
            appendToken()
            done = place.upperBound
        }
        output.append(contentsOf: text[done...])
        return Int64(places.count)
    }

    private mutating func replaceWhole() -> Int64 {
        output.removeAll(keepingCapacity: true)
        appendToken()
        return 1
    }

    private mutating func appendToken() {
        Self.token.withUTF8Buffer { output.append(contentsOf: $0) }
    }
}

import Domain
import Evidence

/// The two kinds of text that redaction tells apart (`Docs/PACK-FORMAT.md`, section "Redaction").
enum TextKind {
    /// The tenant's own words: dictionary, the row's own names, addresses, user folders, numbers of people.
    case tenant
    /// The same for every tenant: only addresses of this tenant's domains.
    case catalogue
}

/// Replaces personal data in one text after the other.
///
/// Rules see a text twice, as it stands and with its escapes decoded; the places that either finds are put together, so
/// where places overlap the whole is replaced once. UUIDs inside such a place stay. The outcome is looked at again
/// until nothing more is found, so the rules hold for what is written, not only for what was read. Whatever cannot be
/// settled (a text over `longestText`, one that needs too much comparing, one that will not become stable) is replaced
/// whole.
///
/// The cost grows with the text's length, not faster, and the control is asked on the way.
struct TextRedactor: ~Copyable {
    static let token: StaticString = "[REDACTED]"
    /// Bytes of the longest text that is looked into.
    static let longestText = 1 << 20
    private static let rounds = 4

    private let dictionary: IdentityDictionary
    /// The row's own names that the dictionary does not have; nil when it has all of them.
    private var ownNames: IdentityDictionary?
    private var folded = FoldedText()
    private var places: [Range<Int>] = []
    private var draft: [UInt8] = []
    private var patience: Patience
    /// The last text that was changed, until the next call of `redact`.
    private(set) var output: [UInt8] = []

    init(dictionary: consuming IdentityDictionary, control: RenderControl = RenderControl()) {
        self.dictionary = dictionary
        patience = Patience(control)
    }

    /// Says which resource_name the tenant's texts of the coming row belong to; empty behind the last row.
    ///
    /// What it holds must not be repeated in the row's other texts. Nearly always the dictionary has it already, as
    /// each name of a resource is gathered at import; the row counts all the same.
    mutating func setOwnNames(_ cell: UnsafeRawBufferPointer) throws {
        ownNames = nil
        var missing: [String] = []
        // Resources that share a fingerprint have their names joined by lines.
        for line in cell.split(separator: 0x0A) {
            let line = UnsafeRawBufferPointer(rebasing: line)
            try patience.spend(line.count)
            folded.fold(line, decodingEscapes: false)
            if dictionary.contains(whole: folded) { continue }
            let name = String(decoding: line, as: UTF8.self)
            if IdentityRule.accepts(name) { missing.append(name) }
        }
        if !missing.isEmpty { ownNames = try IdentityDictionary.of(missing, hashPoint: dictionary.hashPoint) }
    }

    /// How many replacements `text` needs; when there are any, the changed text is in `output`.
    ///
    /// - Throws: `RenderError` when the rendering is to stop.
    mutating func redact(_ text: UnsafeRawBufferPointer, as kind: TextKind) throws -> Int64 {
        if kind == .catalogue, !AtSign.isPossible(in: text) { return 0 }
        guard text.count <= Self.longestText, try find(in: text, kind) else { return replaceWhole() }
        if places.isEmpty { return 0 }
        var count = replacePlaces(in: text)
        for _ in 1..<Self.rounds {
            swap(&output, &draft)
            let isSettled = try draft.withUnsafeBytes { try find(in: $0, kind) }
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
    private mutating func find(in text: UnsafeRawBufferPointer, _ kind: TextKind) throws -> Bool {
        places.removeAll(keepingCapacity: true)
        guard try find(in: text, kind, decodingEscapes: false) else { return false }
        if EscapeDecoder.isPossible(in: text), try !find(in: text, kind, decodingEscapes: true) { return false }
        if !places.isEmpty { settlePlaces(in: text) }
        return true
    }

    private mutating func find(
        in text: UnsafeRawBufferPointer, _ kind: TextKind, decodingEscapes: Bool
    ) throws -> Bool {
        // Each rule below goes through the text some times at most; what compares more asks for itself.
        try patience.spend(8 * text.count)
        folded.fold(text, decodingEscapes: decodingEscapes)
        guard kind == .tenant else {
            AddressRule.forEachAddress(in: folded) { match in
                if dictionary.domains.contains(folded, match.domain) { places.append(folded.source(of: match.range)) }
            }
            return true
        }
        AddressRule.forEachAddress(in: folded) { places.append(folded.source(of: $0.range)) }
        UserFolderRule.forEachName(in: folded, source: text) { places.append(folded.source(of: $0)) }
        NumberRule.forEachNumber(in: folded) { places.append(folded.source(of: $0)) }
        let budget = 1 << 20 + 64 * text.count
        let isDone = try dictionary.forEachMatch(in: folded, budget: budget, &patience) {
            places.append(folded.source(of: $0))
        }
        guard isDone else { return false }
        return try ownNames?.forEachMatch(in: folded, budget: budget, &patience) {
            places.append(folded.source(of: $0))
        } ?? true
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

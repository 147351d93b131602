/// The names of users in paths of their folders: the component after `/home/`, `/Users/`, `\Users\`,
/// `\Documents and Settings\` and `/personal/` (a OneDrive, named after its owner's principal name:
/// `anna_schmidt_contoso_com`), in any case, with `/` or `\`, doubled or not.
///
/// The component ends at the next separator, at punctuation that paths do not hold, at the end of the line or of the
/// text. It may hold spaces: up to a separator, when that follows within four words and 64 characters and not behind a
/// space; else the name is the first word, the words behind it that begin with a capital letter or are a particle of a
/// name (`van`, `de`), and one more word when it is the last. An escaped space (`%20`) never ends it. Folders that
/// belong to nobody (`Public`, `Shared`, `Default`) and placeholders (`%USERNAME%`, `{user}`, `$name`, `<user>`) stay.
enum UserFolderRule {
    private static let parents: [[UInt32]] = ["home", "users", "documents and settings", "personal"].map(scalars)
    private static let nobodys: [[UInt32]] = ["public", "shared", "default", "default user", "all users", "me"].map(
        scalars)
    private static let particles: [[UInt32]] = [
        "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "el", "al", "bin", "ben",
        "ter", "ten", "zu", "zur", "af", "av", "y", "e",
    ].map(scalars)
    private static let longestSpacedName = 64
    private static let mostSpaces = 3

    private static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    /// Hands each name to `body`, as a range of folded scalars; `source` is the text that was folded.
    static func forEachName(
        in text: borrowing FoldedText, source: UnsafeRawBufferPointer, _ body: (Range<Int>) -> Void
    ) {
        for index in 0..<text.scalars.count where isSeparator(text.scalars[index].value) {
            for parent in parents {
                guard var start = end(of: parent, in: text, at: index + 1), start < text.scalars.count,
                    isSeparator(text.scalars[start].value)
                else { continue }
                while start < text.scalars.count, isSeparator(text.scalars[start].value) { start += 1 }
                let end = nameEnd(in: text, from: start, source)
                if end > start, !isNobodys(text, start..<end) { body(start..<end) }
            }
        }
    }

    private static func end(of word: [UInt32], in text: borrowing FoldedText, at start: Int) -> Int? {
        guard start + word.count <= text.scalars.count else { return nil }
        for offset in word.indices where text.scalars[start + offset].value != word[offset] { return nil }
        return start + word.count
    }

    private static func nameEnd(
        in text: borrowing FoldedText, from start: Int, _ source: UnsafeRawBufferPointer
    ) -> Int {
        var spaces: [Int] = []
        var end = start
        while end < text.scalars.count, spaces.isEmpty || end - start <= longestSpacedName {
            let scalar = text.scalars[end]
            // A shell's escaped space, `\ `.
            if scalar.value == UInt32(UInt8(ascii: "\\")), end + 1 < text.scalars.count,
                text.scalars[end + 1].value == 0x20
            {
                end += 2
                continue
            }
            if isSeparator(scalar.value) {
                // A path that begins behind a space is another one.
                guard let last = spaces.last, last == end - 1 else { return end }
                spaces.removeLast()
                end = last
                break
            }
            if endsName(scalar.value), !isApostropheInside(text, end) { break }
            if scalar.value == 0x20 {
                if end == start || breaksLine(scalar, source) { break }
                if !isEscaped(scalar, source) { spaces.append(end) }
                if spaces.count > mostSpaces { break }
            }
            end += 1
        }
        return endOfWords(in: text, start..<end, spaces, source)
    }

    /// Where a name ends that no separator closes; it must at the latest where `name` does.
    private static func endOfWords(
        in text: borrowing FoldedText, _ name: Range<Int>, _ spaces: [Int], _ source: UnsafeRawBufferPointer
    ) -> Int {
        let (start, end) = (name.lowerBound, name.upperBound)
        guard let first = spaces.first else { return end }
        if isNobodys(text, start..<first) { return first }
        // `C:\Users\ivo kaplan` and nothing more.
        let isClosed =
            end == text.scalars.count || text.scalars[end].value != 0x20 || breaksLine(text.scalars[end], source)
        if spaces.count == 1, isClosed { return end }
        var nameEnd = first
        for (position, space) in spaces.enumerated() {
            let wordEnd = position + 1 < spaces.count ? spaces[position + 1] : end
            guard space + 1 < wordEnd else { break }
            let isParticle = particles.contains {
                $0.count == wordEnd - space - 1 && self.end(of: $0, in: text, at: space + 1) == wordEnd
            }
            guard isParticle || beginsWithCapital(text.scalars[space + 1], source) else { break }
            nameEnd = wordEnd
        }
        return nameEnd
    }

    /// Whether the letter was another one before it was folded, or is of a script without cases.
    private static func beginsWithCapital(_ scalar: FoldedScalar, _ source: UnsafeRawBufferPointer) -> Bool {
        guard scalar.wordClass != .separate else { return false }
        let original = UTF8Decoding.scalar(in: source, at: Int(scalar.start)).scalar
        return !original.properties.isLowercase
    }

    private static func isEscaped(_ space: FoldedScalar, _ source: UnsafeRawBufferPointer) -> Bool {
        source[Int(space.start)] == UInt8(ascii: "%") || source[Int(space.start)] == UInt8(ascii: "&")
    }

    private static func isApostropheInside(_ text: borrowing FoldedText, _ index: Int) -> Bool {
        text.scalars[index].value == UInt32(UInt8(ascii: "'")) && index > 0 && index + 1 < text.scalars.count
            && text.scalars[index - 1].wordClass != .separate && text.scalars[index + 1].wordClass != .separate
    }

    /// A line feed may be an escape of JSON's, too.
    private static func breaksLine(_ space: FoldedScalar, _ source: UnsafeRawBufferPointer) -> Bool {
        source[Int(space.start)..<Int(space.end)].contains {
            $0 == 0x0A || $0 == 0x0D || $0 == 0x09 || $0 == UInt8(ascii: "\\")
        }
    }

    private static func isNobodys(_ text: borrowing FoldedText, _ name: Range<Int>) -> Bool {
        nobodys.contains { $0.count == name.count && end(of: $0, in: text, at: name.lowerBound) == name.upperBound }
    }

    private static func isSeparator(_ value: UInt32) -> Bool {
        value == UInt32(UInt8(ascii: "/")) || value == UInt32(UInt8(ascii: "\\"))
    }

    private static func endsName(_ value: UInt32) -> Bool {
        switch Unicode.Scalar(value) {
        case "\"", "'", "`", "<", ">", "|", "*", "?", ":", ";", ",", "(", ")", "[", "]", "{", "}", "$", "%", "#": true
        default: false
        }
    }
}

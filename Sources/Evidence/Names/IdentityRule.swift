import Domain

/// Which display names, principal names, addresses and local parts may be searched for in a tenant's texts: the one
/// rule, which import, rendering and the final scan all ask.
///
/// Redaction replaces every occurrence of an accepted text, so a text that also stands for something impersonal (a
/// number, a word of our own vocabulary, the name of a directory role) is not accepted: replacing it would destroy
/// evidence and hide nobody.
public enum IdentityRule {
    /// Characters (grapheme clusters) that an accepted text has at least.
    public static let minimumCharacters = 3
    /// Bytes that a gathered text has at most. A directory's longest display name has 256 UTF-16 code units.
    public static let maximumBytes = 1024

    /// Whether `text`, UTF-8, may become an entry of the dictionary, after white space at its ends is cut. Allocates
    /// only for texts that are not ASCII, so that an import may ask for each name of a million records.
    public static func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
        let core = trimmed(text)
        if core.allSatisfy({ $0 < 0x80 }) { return acceptsASCII(core) }
        let string = trimmed(String(decoding: core, as: UTF8.self))
        // What was cut may have been all that is not ASCII.
        if string.utf8.allSatisfy({ $0 < 0x80 }) {
            return Array(string.utf8).withUnsafeBytes { acceptsASCII($0) }
        }
        return string.prefix(minimumCharacters).count == minimumCharacters
            && string.unicodeScalars.contains { $0.properties.isAlphabetic } && !namesPolicy(core)
    }

    public static func accepts(_ text: some StringProtocol) -> Bool {
        var text = String(text)
        return text.withUTF8 { accepts(UnsafeRawBufferPointer($0)) }
    }

    private static func acceptsASCII(_ core: UnsafeRawBufferPointer) -> Bool {
        // Numbers, times, punctuation: nothing without a letter names a person.
        guard core.count >= minimumCharacters, core.contains(where: isLetter) else { return false }
        return !isUUID(core) && !isNumber(core) && !PublicNames.contains(core) && !namesPolicy(core)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    /// Whether the word "policy" or "policies" is in the text: tenants name policies freely, and none is a person.
    public static func namesPolicy(_ text: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < text.count {
            // Bytes that are not ASCII are parts of letters, or of what stands between words about as often; either way
            // rare here.
            guard isLetter(text[index]) || text[index] >= 0x80 else {
                index += 1
                continue
            }
            let start = index
            while index < text.count, isLetter(text[index]) || text[index] >= 0x80 { index += 1 }
            if isWord("policy", text, start..<index) || isWord("policies", text, start..<index) { return true }
        }
        return false
    }

    private static func isWord(_ word: StaticString, _ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where text[range.lowerBound + offset] | 0x20 != word.utf8Start[offset] {
            return false
        }
        return true
    }

    /// `text` without white space and control characters of ASCII at its ends.
    public static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = text.count
        while start < end, text[start] <= 0x20 || text[start] == 0x7F { start += 1 }
        while end > start, text[end - 1] <= 0x20 || text[end - 1] == 0x7F { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// What remains of `text` without white space and invisible characters at its ends.
    ///
    /// Invisible are those that matching leaves out (Default_Ignorable_Code_Point: zero-width spaces, direction marks):
    /// beside them, white space would become an end of the name that no text has.
    public static func trimmed<Text: StringProtocol>(_ text: Text) -> Text.SubSequence {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: isVisible), let last = scalars.lastIndex(where: isVisible) else {
            return text[text.endIndex...]
        }
        return text[start..<scalars.index(after: last)]
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value > 0x20 && scalar.value != 0x7F }
        return !scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint
    }

    /// The part of an address or principal name before its last `@`; nil when it has none, or nothing before it.
    ///
    /// A guest's principal name (`anna_example.org#EXT#@contoso.onmicrosoft.com`) also names the person by the local
    /// part at home: see ``homeLocalPart(ofGuest:)``.
    public static func localPart<Text: StringProtocol>(of address: Text) -> Text.SubSequence? {
        guard let at = address.lastIndex(of: "@"), at > address.startIndex else { return nil }
        return address[..<at]
    }

    /// The local part that a guest has at home, from the local part of the guest's principal name here: `anna` from
    /// `anna_example.org#EXT#`; nil when it is no guest's.
    public static func homeLocalPart<Text: StringProtocol>(ofGuest localPart: Text) -> Text.SubSequence? {
        let mark = "#ext#"
        guard localPart.suffix(mark.count).lowercased() == mark else { return nil }
        // The host's `@` became the last underscore: host names have none.
        let home = localPart.dropLast(mark.count)
        guard let underscore = home.lastIndex(of: "_"), underscore > home.startIndex else { return nil }
        return localPart[..<underscore]
    }

    /// Whether `text` is a UUID in its 36-character form, also in braces.
    public static func isUUID(_ text: UnsafeRawBufferPointer) -> Bool {
        if text.count == 36 { return UUIDValue(ascii: text) != nil }
        guard text.count == 38, text[0] == UInt8(ascii: "{"), text[37] == UInt8(ascii: "}") else { return false }
        return UUIDValue(ascii: UnsafeRawBufferPointer(rebasing: text[1..<37])) != nil
    }

    /// Whether `text` is a number by the grammar of RFC 8259 section 6, with an optional plus sign: `12`, `-1.5`,
    /// `3e8`.
    public static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        func isAt(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
            index < text.count && (text[index] == UInt8(ascii: first) || text[index] == UInt8(ascii: second))
        }
        func digits() -> Int {
            let start = index
            while index < text.count, (48...57).contains(text[index]) { index += 1 }
            return index - start
        }
        if isAt("+", "-") { index += 1 }
        let startsWithZero = isAt("0", "0")
        let whole = digits()
        guard whole > 0, !startsWithZero || whole == 1 else { return false }
        if isAt(".", ".") {
            index += 1
            if digits() == 0 { return false }
        }
        if isAt("e", "E") {
            index += 1
            if isAt("+", "-") { index += 1 }
            if digits() == 0 { return false }
        }
        return index == text.count
    }
}

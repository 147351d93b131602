/// Which display names, principal names, addresses and local parts may be searched for in a tenant's texts.
///
/// Redaction replaces every occurrence of an accepted text, so a text that also stands for something impersonal (a number, a word
/// of our own vocabulary, the name of a directory role) is not accepted: replacing it would destroy evidence and hide nobody.
/// The store keeps what structured fields hold as it came; import and rendering both apply this rule.
public enum IdentityRule {
    /// Characters that an accepted text has at least.
    public static let minimumCharacters = 3

    /// Whether `text` may become an entry of the dictionary, after white space at its ends is cut.
    public static func accepts(_ text: some StringProtocol) -> Bool {
        let core = trimmed(text)
        guard core.prefix(minimumCharacters).count == minimumCharacters else { return false }
        // Numbers, times, punctuation: nothing without a letter names a person.
        guard core.unicodeScalars.contains(where: isLetter) else { return false }
        return !isUUID(core) && !isNumber(core) && !PublicNames.contains(core) && !namesPolicy(core)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        // Most names begin with one, so most questions end here.
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar.properties.isAlphabetic
    }

    /// Whether the word "policy" or "policies" is in the text: tenants name policies freely, and none is a person.
    public static func namesPolicy(_ text: some StringProtocol) -> Bool {
        // Asked for every row of a pack; almost no name gets further.
        guard holdsBeginningOfPolicy(text.utf8) else { return false }
        return text.lowercased().split(whereSeparator: { !$0.isLetter }).contains { $0 == "policy" || $0 == "policies" }
    }

    /// Whether the letters `polic` stand in the text, in any case; no other letter becomes one of them in lower case.
    private static func holdsBeginningOfPolicy(_ text: some Sequence<UInt8>) -> Bool {
        let letters: StaticString = "polic"
        var matched = 0
        for byte in text {
            let letter = byte | 0x20
            if letter == letters.utf8Start[matched] {
                matched += 1
                if matched == letters.utf8CodeUnitCount { return true }
            } else {
                matched = letter == letters.utf8Start[0] ? 1 : 0
            }
        }
        return false
    }

    /// What remains of `text` without white space and invisible characters at its ends.
    ///
    /// Invisible are those that matching leaves out (Default_Ignorable_Code_Point: zero-width spaces, direction marks): beside
    /// them, white space would become an end of the name that no text has.
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
    /// A guest's principal name (`anna_example.org#EXT#@contoso.onmicrosoft.com`) also names the person by the local part at
    /// home: see ``homeLocalPart(ofGuest:)``.
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
    public static func isUUID(_ text: some StringProtocol) -> Bool {
        let isBraced = text.hasPrefix("{") && text.hasSuffix("}") && text.utf8.count > 2
        return UUIDValue(isBraced ? text.dropFirst().dropLast() : text[...]) != nil
    }

    /// Whether `text` is a number by the grammar of RFC 8259 section 6, with an optional plus sign: `12`, `-1.5`, `3e8`.
    public static func isNumber(_ text: some StringProtocol) -> Bool {
        var rest = Array(text.utf8)[...]
        func digits() -> Int {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ characters: [UInt8]) -> Bool {
            guard let first = rest.first, characters.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        let signs = Array("+-".utf8)
        _ = skip(signs)
        let startsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !startsWithZero || whole == 1 else { return false }
        if skip([UInt8(ascii: ".")]), digits() == 0 { return false }
        if skip(Array("eE".utf8)) {
            _ = skip(signs)
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }
}

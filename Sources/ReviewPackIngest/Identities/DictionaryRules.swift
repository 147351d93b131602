import ReviewPackModel

/// Which texts may stand in a tenant's redaction dictionary (contract section 6).
///
/// An entry removes every occurrence of itself from a pack, so a text that is no person's must not become one: nothing empty or
/// shorter than three characters, no UUID, no number, no word of our own vocabulary, no name of a directory role or a policy,
/// and no generic name of a mailbox such as `info`.
public enum DictionaryRules {
    /// The longest entry; longer texts are no names.
    public static let maximumBytes = 512

    public static func accepts(_ text: UnsafeRawBufferPointer) -> Bool {
        let trimmed = trim(text)
        guard trimmed.count <= maximumBytes, characters(trimmed) >= 3 else { return false }
        if GUIDShape.matches(trimmed) || isNumber(trimmed) || namesPolicy(trimmed) { return false }
        return !ReservedWords.contains(trimmed)
    }

    public static func accepts(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { accepts(UnsafeRawBufferPointer($0)) }
    }

    /// Without white space around it.
    static func trim(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = text.count
        while start < end, text[start] <= 0x20 { start += 1 }
        while end > start, text[end - 1] <= 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// Unicode scalars: every byte that does not continue one.
    private static func characters(_ text: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in text where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Digits with the marks that numbers, versions, dates and telephone numbers without letters are written with.
    private static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
        for byte in text {
            switch byte {
            case 48...57, UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ":"),
                UInt8(ascii: "/"), UInt8(ascii: " "), UInt8(ascii: "%"):
                continue
            default: return false
            }
        }
        return true
    }

    /// Whether the word "policy" or "policies" is in the text.
    private static func namesPolicy(_ text: UnsafeRawBufferPointer) -> Bool {
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, ASCII.isLetter(text[end]) { end += 1 }
            let word = UnsafeRawBufferPointer(rebasing: text[start..<end])
            if ASCII.equalsIgnoringCase(word, "policy") || ASCII.equalsIgnoringCase(word, "policies") { return true }
            start = max(end, start) + 1
        }
        return false
    }
}

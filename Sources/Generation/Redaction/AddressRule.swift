import Glibc

/// The broad shape of e-mail addresses and principal names in folded text.
///
/// Local part: letters of any script, marks, digits and `. _ - + ' ’ # ! ^ ~`, among them a letter or digit; or
/// anything in double quotes. Then `@`. Domain: labels of letters of any script, marks, digits and hyphens, joined by
/// dots (also the ideographic full stop of internationalised names), with a letter in it; one label is enough, as
/// principal names of private forests have one. So `x_example.org#EXT#@tenant.onmicrosoft.com`, `o'brien@example.org`
/// and `jörg@bücher.example` match whole, while `package@1.2.3`, `@mention` and `a @ b` do not. Other characters that
/// RFC 5322 allows in a local part (`= / & % * $ ? { | }`) end it: they stand between things far more often than inside
/// an address.
enum AddressRule {
    struct Match {
        /// Local part, `@` and domain.
        var range: Range<Int>
        var domain: Range<Int>
    }

    /// Hands each address to `body`, in order, as ranges of folded scalars; the domain of one may be the local part of
    /// the next.
    static func forEachAddress(in text: borrowing FoldedText, _ body: (Match) -> Void) {
        var floor = 0
        for at in 0..<text.scalars.count where text.scalars[at].value == UInt32(UInt8(ascii: "@")) {
            guard let start = localStart(text, before: at, floor: floor), let end = domainEnd(text, after: at) else {
                continue
            }
            body(Match(range: start..<end, domain: at + 1..<end))
            floor = at + 1
        }
    }

    /// Where the local part that ends before `at` begins.
    private static func localStart(_ text: borrowing FoldedText, before at: Int, floor: Int) -> Int? {
        guard at > floor else { return nil }
        if text.scalars[at - 1].value == UInt32(UInt8(ascii: "\"")) {
            return quotedStart(text, before: at, floor: floor)
        }
        var start = at
        while start > floor, isLocal(text.scalars[start - 1]) { start -= 1 }
        // Quotation marks before an address are not its own.
        while start < at, text.scalars[start].wordClass == .separate, text.scalars[start].value != underscore {
            start += 1
        }
        return start < at ? start : nil
    }

    /// RFC 5321 allows 64 characters before the `@`; twice that is looked at.
    private static func quotedStart(_ text: borrowing FoldedText, before at: Int, floor: Int) -> Int? {
        var start = at - 2
        while start >= floor, at - start < 128 {
            if text.scalars[start].value == UInt32(UInt8(ascii: "\"")) { return start < at - 2 ? start : nil }
            start -= 1
        }
        return nil
    }

    private static func domainEnd(_ text: borrowing FoldedText, after at: Int) -> Int? {
        var end = at + 1
        while end < text.scalars.count, isDomain(text.scalars[end], after: text.scalars[end - 1]) { end += 1 }
        while end > at + 1, text.scalars[end - 1].wordClass == .separate { end -= 1 }
        let domain = at + 1..<end
        guard let first = domain.first, text.scalars[first].wordClass != .separate else { return nil }
        let isDigit = { (scalar: FoldedScalar) in (0x30...0x39).contains(scalar.value) }
        return domain.contains { text.scalars[$0].wordClass != .separate && !isDigit(text.scalars[$0]) } ? end : nil
    }

    private static let underscore = UInt32(UInt8(ascii: "_"))

    private static func isLocal(_ scalar: FoldedScalar) -> Bool {
        if scalar.wordClass != .separate { return true }
        switch Unicode.Scalar(scalar.value) {
        case ".", "_", "-", "+", "'", "\u{2019}", "#", "!", "^", "~": return true
        default: return false
        }
    }

    private static func isDomain(_ scalar: FoldedScalar, after previous: FoldedScalar) -> Bool {
        // A mark on a hyphen or a point makes another character of it.
        if scalar.wordClass == .looseMark, previous.wordClass == .separate { return false }
        if scalar.wordClass != .separate { return true }
        switch Unicode.Scalar(scalar.value) {
        case ".", "-", "\u{3002}": return true
        default: return false
        }
    }
}

/// A quick look whether a text can hold an at sign in any form, for texts that are long and seldom hold one.
enum AtSign {
    /// False only when no rule can find an address in `text`.
    ///
    /// The forms: as it stands; U+FF20 and U+FE6B, whose UTF-8 begins with EF; as an escape, which holds `40` or `64`.
    static func isPossible(in text: UnsafeRawBufferPointer) -> Bool {
        guard let base = text.baseAddress else { return false }
        if memchr(base, CInt(UInt8(ascii: "@")), text.count) != nil || memchr(base, 0xEF, text.count) != nil {
            return true
        }
        guard EscapeDecoder.isPossible(in: text) else { return false }
        var index = 0
        while index < text.count, let four = memchr(base + index, CInt(UInt8(ascii: "4")), text.count - index) {
            index = UnsafeRawPointer(four) - base
            if index + 1 < text.count, text[index + 1] == UInt8(ascii: "0") { return true }
            if index > 0, text[index - 1] == UInt8(ascii: "6") { return true }
            index += 1
        }
        return false
    }
}

/// Numbers that stand for a person, by their shape: international telephone numbers and the SIDs of accounts.
///
/// A telephone number is `+` and 8 to 15 digits (ITU-T E.164), the first not 0, with at most two of space, `-`, `.`,
/// `/`, `(`, `)` between them; no letter, digit or plus touches it. A SID of an account begins with `S-1-5-21-` (a
/// domain's or a machine's) or `S-1-12-1-` (Entra's form of an object id); those of groups that every machine has
/// (`S-1-5-32-544`) stay. National numbers have no shape of their own. IP addresses stay: they are the evidence of
/// network rules, and have the shape of versions and requirement ids (`5.1.2.1`).
enum NumberRule {
    /// Hands each number to `body`, as a range of folded scalars.
    static func forEachNumber(in text: borrowing FoldedText, _ body: (Range<Int>) -> Void) {
        var index = 0
        while index < text.scalars.count {
            let end: Int? =
                switch Unicode.Scalar(text.scalars[index].value) {
                case "+": phoneEnd(text, from: index)
                case "s": sidEnd(text, from: index)
                default: nil
                }
            if let end { body(index..<end) }
            index = end ?? index + 1
        }
    }

    private static func phoneEnd(_ text: borrowing FoldedText, from plus: Int) -> Int? {
        guard plus == 0 || text.scalars[plus - 1].wordClass == .separate && text.scalars[plus - 1].value != 0x2B else {
            return nil
        }
        var digits = 0
        var separators = 0
        var end = plus + 1
        var index = plus + 1
        while index < text.scalars.count, digits <= 15, separators <= 2 {
            let value = text.scalars[index].value
            if isDigit(value) {
                if digits == 0, value == 0x30 || separators > 1 { return nil }
                digits += 1
                separators = 0
                end = index + 1
            } else if isPhoneSeparator(value) {
                separators += 1
            } else {
                break
            }
            index += 1
        }
        guard (8...15).contains(digits), text.isBoundary(end) else { return nil }
        return end
    }

    private static let sids: [[UInt32]] = ["s-1-5-21-", "s-1-12-1-"].map { $0.unicodeScalars.map(\.value) }

    private static func sidEnd(_ text: borrowing FoldedText, from start: Int) -> Int? {
        guard text.isBoundary(start) else { return nil }
        for sid in sids where start + sid.count < text.scalars.count {
            guard sid.indices.allSatisfy({ text.scalars[start + $0].value == sid[$0] }) else { continue }
            var end = start + sid.count
            while end < text.scalars.count, isDigit(text.scalars[end].value) || text.scalars[end].value == 0x2D {
                end += 1
            }
            while text.scalars[end - 1].value == 0x2D { end -= 1 }
            if end > start + sid.count { return end }
        }
        return nil
    }

    private static func isDigit(_ value: UInt32) -> Bool { (0x30...0x39).contains(value) }

    private static func isPhoneSeparator(_ value: UInt32) -> Bool {
        switch Unicode.Scalar(value) {
        case " ", "-", ".", "/", "(", ")": true
        default: false
        }
    }
}

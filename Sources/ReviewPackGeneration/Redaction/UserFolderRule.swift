/// The names of users in paths of their folders: the component after `/home/`, `/Users/`, `\Users\`, `\Documents and Settings\` and
/// `/personal/` (a OneDrive, named after its owner's principal name: `anna_schmidt_contoso_com`), in any case, with `/` or `\`,
/// doubled or not.
///
/// The component ends at the next separator; a name with spaces is taken whole when a backslash follows within 64 scalars, else it
/// ends at white space or at punctuation that paths do not hold. Folders that belong to nobody (`Public`, `Shared`, `Default`) and
/// placeholders (`%USERNAME%`, `{user}`, `$name`, `<user>`) stay.
enum UserFolderRule {
    private static let parents: [[UInt32]] = ["home", "users", "documents and settings", "personal"].map(scalars)
    private static let nobodys: [[UInt32]] = ["public", "shared", "default", "default user", "all users", "me"].map(
        scalars)
    private static let longestSpacedName = 64

    private static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

    /// Hands each name to `body`, as a range of folded scalars.
    static func forEachName(in text: borrowing FoldedText, _ body: (Range<Int>) -> Void) {
        for index in 0..<text.scalars.count where isSeparator(text.scalars[index].value) {
            for parent in parents {
                guard var start = end(of: parent, in: text, at: index + 1), start < text.scalars.count,
                    isSeparator(text.scalars[start].value)
                else { continue }
                while start < text.scalars.count, isSeparator(text.scalars[start].value) { start += 1 }
                let end = nameEnd(in: text, from: start)
                if end > start, !isNobodys(text, start..<end) { body(start..<end) }
            }
        }
    }

    private static func end(of word: [UInt32], in text: borrowing FoldedText, at start: Int) -> Int? {
        guard start + word.count <= text.scalars.count else { return nil }
        for offset in word.indices where text.scalars[start + offset].value != word[offset] { return nil }
        return start + word.count
    }

    private static func nameEnd(in text: borrowing FoldedText, from start: Int) -> Int {
        var end = start
        var firstSpace: Int?
        while end < text.scalars.count, end - start <= longestSpacedName || firstSpace == nil {
            let value = text.scalars[end].value
            if value == UInt32(UInt8(ascii: "\\")) { return end }
            if isSeparator(value) || endsName(value) { break }
            if value == 0x20 { firstSpace = firstSpace ?? end }
            end += 1
        }
        return firstSpace ?? end
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

import Domain

/// What the final scan finds by shape alone in a text in its normal form: user folders, telephone numbers, SIDs.
///
/// It asks less than redaction does: of a folder whether a name stands where one would, not where it ends.
enum ShapeSearch {
    private static let parents = ["home", "users", "documents and settings", "personal"].map { Array($0.utf8) }
    private static let nobodys = ["public", "shared", "default", "all", "me"].map { Array($0.utf8) }
    private static let sids = ["s-1-5-21-", "s-1-12-1-"].map { Array($0.utf8) }

    static func holdsFolder(_ text: [UInt8]) -> Bool {
        var index = 0
        while let slash = text[index...].firstIndex(where: isSlash) {
            index = slash + 1
            for parent in parents where text[index...].starts(with: parent) {
                let name = text[(index + parent.count)...].drop(while: isSlash)
                guard name.startIndex > index + parent.count else { continue }
                if isSomebody(name.prefix(while: { !isSlash($0) && !endsName($0) && $0 != 0x20 })) { return true }
            }
        }
        return false
    }

    private static func isSomebody(_ name: ArraySlice<UInt8>) -> Bool {
        guard !name.isEmpty, !nobodys.contains(where: { name.elementsEqual($0) }) else { return false }
        return name.withUnsafeBytes { UUIDValue(ascii: $0) } == nil
    }

    private static func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }

    private static func endsName(_ byte: UInt8) -> Bool { "\"'`<>|*?:;,()[]{}$%#".utf8.contains(byte) }

    static func holdsNumber(_ text: [UInt8]) -> Bool {
        for index in text.indices {
            if text[index] == UInt8(ascii: "+"), isPhone(text, at: index) { return true }
            if text[index] == UInt8(ascii: "s"), index == 0 || !isWord(text[index - 1]), isSID(text[index...]) {
                return true
            }
        }
        return false
    }

    private static func isSID(_ text: ArraySlice<UInt8>) -> Bool {
        sids.contains { text.starts(with: $0) && text.dropFirst($0.count).first.map(isDigit) ?? false }
    }

    private static func isPhone(_ text: [UInt8], at plus: Int) -> Bool {
        guard plus == 0 || !isWord(text[plus - 1]) && text[plus - 1] != UInt8(ascii: "+") else { return false }
        var groups = text[(plus + 1)...].prefix(48)
        var digits = 0
        var gap = 0
        while let byte = groups.first, gap <= 2, digits <= 15 {
            if isDigit(byte) {
                if digits == 0, byte == UInt8(ascii: "0") || gap > 1 { return false }
                digits += 1
                gap = 0
            } else if " -./()".utf8.contains(byte) {
                gap += 1
            } else {
                break
            }
            groups.removeFirst()
        }
        guard (8...15).contains(digits) else { return false }
        return gap > 0 || !(groups.first.map(isWord) ?? false)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Beyond ASCII it is taken for a letter.
    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}

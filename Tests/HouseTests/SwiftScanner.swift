/// An identifier or keyword in a Swift source, outside of comments and of the text of strings.
struct Word: Hashable {
    let text: String
    /// Whether a dot stands before it: a member of something.
    let followsDot: Bool
    /// The next byte that is no space, 0 at the end of the file.
    let next: UInt8
    /// How many braces are open around it.
    let depth: Int
}

/// Splits a Swift source into words. It knows comments, strings with their interpolations, and raw strings, which is
/// what the rules of the house need; it knows no grammar.
struct SwiftScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private var words: [Word] = []

    private init(_ source: String) { bytes = Array(source.utf8) }

    static func words(of source: String) -> [Word] {
        var scanner = SwiftScanner(source)
        scanner.scanCode(untilParenthesis: false)
        return scanner.words
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: byte >= 0x80
        }
    }

    /// Scans code to the end of the file, or to the parenthesis that ends an interpolation.
    private mutating func scanCode(untilParenthesis: Bool) {
        var parentheses = 0
        while position < bytes.count {
            switch byte() {
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"): skipLine()
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): skipBlockComment()
            case UInt8(ascii: "\""): scanString(hashes: 0)
            case UInt8(ascii: "#"): scanHash()
            case UInt8(ascii: "("):
                parentheses += 1
                position += 1
            case UInt8(ascii: ")"):
                if untilParenthesis, parentheses == 0 { return }
                parentheses -= 1
                position += 1
            case UInt8(ascii: "{"):
                depth += 1
                position += 1
            case UInt8(ascii: "}"):
                depth -= 1
                position += 1
            case let other where Self.isWord(other): scanWord()
            default: position += 1
            }
        }
    }

    private mutating func skipLine() {
        while position < bytes.count, byte() != UInt8(ascii: "\n") { position += 1 }
    }

    private mutating func skipBlockComment() {
        position += 2
        while position < bytes.count, byte() != UInt8(ascii: "*") || byte(1) != UInt8(ascii: "/") { position += 1 }
        position += 2
    }

    /// A raw string, or a word such as `#expect`.
    private mutating func scanHash() {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        let opensString = byte(hashes) == UInt8(ascii: "\"")
        position += hashes
        if opensString { scanString(hashes: hashes) }
    }

    private mutating func scanString(hashes: Int) {
        let quotes = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"") ? 3 : 1
        position += quotes
        while position < bytes.count {
            if byte() == UInt8(ascii: "\\"), hasHashes(hashes, at: 1) {
                if byte(1 + hashes) == UInt8(ascii: "(") {
                    position += hashes + 2
                    scanCode(untilParenthesis: true)
                    position += 1
                } else {
                    position += hashes + 2
                }
            } else if byte() == UInt8(ascii: "\""),
                (1..<quotes).allSatisfy({ byte($0) == UInt8(ascii: "\"") }), hasHashes(hashes, at: quotes)
            {
                position += quotes + hashes
                return
            } else {
                position += 1
            }
        }
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }

    private mutating func scanWord() {
        let start = position
        while Self.isWord(byte()) { position += 1 }
        let followsDot = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        var end = position
        while end < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\n") { end += 1 }
        words.append(
            Word(text: text, followsDot: followsDot, next: end < bytes.count ? bytes[end] : 0, depth: depth))
    }
}

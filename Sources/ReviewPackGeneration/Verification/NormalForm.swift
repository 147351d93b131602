import Foundation

/// The final scan's own view of a text: compatibility-composed, without case, with the places where words may begin and end.
///
/// It is made by Foundation's normalisation and Swift's grapheme clusters, where redaction uses its own tables and scalars: the two
/// agree on what a name is, but share no code, so that an error in one shows in the other.
struct NormalForm {
    /// UTF-8.
    private(set) var bytes: [UInt8] = []
    /// For each offset, the end included, whether a word boundary lies there; false inside a character.
    private(set) var isBoundary: [Bool] = []

    private enum Kind { case word, other }

    mutating func set(_ text: UnsafeRawBufferPointer) {
        bytes.removeAll(keepingCapacity: true)
        isBoundary.removeAll(keepingCapacity: true)
        if text.allSatisfy({ $0 < 0x80 }) { setASCII(text) } else { setUnicode(String(decoding: text, as: UTF8.self)) }
        isBoundary.append(true)
    }

    /// The frequent case, so it goes through the arrays' memory: first as long as the text, then cut to what was written.
    private mutating func setASCII(_ text: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: text)
        isBoundary.append(contentsOf: repeatElement(true, count: text.count))
        var written = 0
        bytes.withUnsafeMutableBufferPointer { bytes in
            isBoundary.withUnsafeMutableBufferPointer { isBoundary in
                var before = Kind.other
                var isSpace = false
                for byte in text {
                    let wasSpace = isSpace
                    let (value, kind) = Self.asciiForms[Int(byte)]
                    isSpace = value == 0x20
                    if isSpace && wasSpace { continue }
                    bytes[written] = value
                    isBoundary[written] = before == .other || kind == .other
                    before = kind
                    written += 1
                }
            }
        }
        bytes.removeLast(bytes.count - written)
        isBoundary.removeLast(isBoundary.count - written)
    }

    private static let asciiForms: [(value: UInt8, kind: Kind)] = (0..<128).map { byte in
        switch UInt8(byte) {
        case let byte where byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z"): (byte | 0x20, .word)
        case let byte where byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"): (byte, .word)
        case let byte where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"): (byte, .word)
        case 0x09...0x0D, 0x20: (0x20, .other)
        case let byte: (byte, .other)
        }
    }

    private mutating func append(_ byte: UInt8, _ kind: Kind, after before: inout Kind) {
        isBoundary.append(!(before == .word && kind == .word))
        bytes.append(byte)
        before = kind
    }

    private mutating func setUnicode(_ text: String) {
        var visible = String.UnicodeScalarView()
        visible.append(contentsOf: text.unicodeScalars.lazy.filter { !$0.properties.isDefaultIgnorableCodePoint })
        // Upper case first: it takes the sharp s, the ligatures and the final sigma to letters that lower case joins.
        let folded = String(visible).precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            .precomposedStringWithCompatibilityMapping
        var before = Kind.other
        for character in folded {
            if character.isWhitespace {
                if bytes.last != 32 { append(32, .other, after: &before) }
                // Marks on a space (U+00A8 becomes a space with a diaeresis) stay, as they stay in redaction.
                let marks = character.unicodeScalars.drop { $0.properties.isWhitespace }
                let written = String(String.UnicodeScalarView(marks)).utf8
                isBoundary.append(contentsOf: repeatElement(false, count: written.count))
                bytes.append(contentsOf: written)
                continue
            }
            let kind: Kind = Self.joinsWords(character) ? .word : .other
            let written = character == "i\u{307}" ? "i" : String(character)
            isBoundary.append(!(before == .word && kind == .word))
            isBoundary.append(contentsOf: repeatElement(false, count: written.utf8.count - 1))
            bytes.append(contentsOf: written.utf8)
            before = kind
        }
    }

    /// Letters and numbers, but for the scripts that are written without spaces.
    private static func joinsWords(_ character: Character) -> Bool {
        guard character.isLetter || character.isNumber, let scalar = character.unicodeScalars.first else {
            return false
        }
        switch scalar.value {
        case 0x0E01...0x0EFF, 0x0F40...0x0FBC, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17D3, 0x1950...0x1AAD,
            0x3041...0x312F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0xA960...0xA97C, 0xAA60...0xAADF, 0xAC00...0xD7FF:
            return false
        default: return !scalar.properties.isIdeographic
        }
    }

    /// Without the spaces at its ends, which are no part of a name: composition makes some of other characters. A space with a
    /// mark on it is a character like others.
    var name: Range<Int> {
        let start = bytes.first == 32 && isBoundary[1] ? 1 : 0
        let end = bytes.count > start && bytes[bytes.count - 1] == 32 ? bytes.count - 1 : bytes.count
        return start..<end
    }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

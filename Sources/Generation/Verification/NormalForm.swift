import Foundation

/// The final scan's own view of a text: compatibility-composed, without case, with the places where words may begin and
/// end.
///
/// It is made by Foundation's normalisation and Swift's grapheme clusters, where redaction uses its own tables and
/// scalars: the two agree on what a name is, but share no code, so that an error in one shows in the other.
struct NormalForm {
    /// UTF-8.
    private(set) var bytes: [UInt8] = []
    /// For each offset, the end included, whether a word boundary lies there; false inside a character.
    private(set) var isBoundary: [Bool] = []
    /// The words in their order, letters of scripts without spaces each by itself.
    private(set) var words: [Range<Int>] = []

    private enum Kind { case word, letter, other }

    /// Stream-safe text has at most 30 marks in a row (UAX #15 section 13). Normalisation sorts a run of marks, in time
    /// that grows with its square, so a longer run is broken.
    private static let longestMarkRun = 30

    mutating func set(_ text: UnsafeRawBufferPointer) { set(text) {} }

    /// `step` is called before each piece of a long text, and may end the work by throwing.
    mutating func set(_ text: UnsafeRawBufferPointer, _ step: () throws -> Void) rethrows {
        bytes.removeAll(keepingCapacity: true)
        isBoundary.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        if text.allSatisfy({ $0 < 0x80 }) {
            setASCII(text)
        } else {
            try setUnicode(String(decoding: text, as: UTF8.self), step)
        }
        isBoundary.append(true)
    }

    /// The frequent case, so it goes through the arrays' memory: first as long as the text, then cut to what was
    /// written.
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
                    let begins = before == .other || kind == .other
                    isBoundary[written] = begins
                    if kind == .word {
                        let start = begins ? written : words.removeLast().lowerBound
                        words.append(start..<written + 1)
                    }
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

    /// Scalars of a long text that are normalised at a time; one may become 18 (U+FDFA), in steps that take
    /// microseconds.
    private static let piece = 4096

    private mutating func setUnicode(_ text: String, _ step: () throws -> Void) rethrows {
        var visible = String.UnicodeScalarView()
        var scalars = 0
        var marks = 0
        var before = Kind.other
        for scalar in text.unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            if scalars >= Self.piece, Self.beginsAnew(scalar) {
                try step()
                append(visible, after: &before)
                visible = String.UnicodeScalarView()
                scalars = 0
            }
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks > Self.longestMarkRun {
                // The grapheme joiner has no class: nothing is sorted across it.
                visible.append("\u{34F}")
                marks = 1
            }
            visible.append(Typography.plain(scalar) ?? scalar)
            scalars += 1
        }
        append(visible, after: &before)
    }

    /// Whether what is before this scalar is a text of its own: nothing composes or clusters across.
    private static func beginsAnew(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        return properties.canonicalCombiningClass == .notReordered && !properties.isGraphemeExtend
            && properties.generalCategory != .spacingMark && !(0x1100...0x11FF).contains(scalar.value)
            && !(0xD7B0...0xD7FF).contains(scalar.value) && !(0x1F1E6...0x1F1FF).contains(scalar.value)
    }

    private mutating func append(_ visible: String.UnicodeScalarView, after before: inout Kind) {
        // Upper case first: it takes the sharp s, the ligatures and the final sigma to letters that lower case joins.
        let folded = String(visible).precomposedStringWithCompatibilityMapping.uppercased().lowercased()
            .precomposedStringWithCompatibilityMapping
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
            let kind = Self.kind(of: character)
            let written = character == "i\u{307}" ? "i" : String(character)
            let begins = !(before == .word && kind == .word)
            let end = bytes.count + written.utf8.count
            if kind != .other { words.append((begins ? bytes.count : words.removeLast().lowerBound)..<end) }
            isBoundary.append(begins)
            isBoundary.append(contentsOf: repeatElement(false, count: written.utf8.count - 1))
            bytes.append(contentsOf: written.utf8)
            before = kind
        }
    }

    /// Letters and numbers join, but for the scripts that are written without spaces.
    private static func kind(of character: Character) -> Kind {
        guard character.isLetter || character.isNumber, let scalar = character.unicodeScalars.first else {
            return .other
        }
        switch scalar.value {
        case 0x0E01...0x0EFF, 0x0F40...0x0FBC, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17D3, 0x1950...0x1AAD,
            0x3041...0x312F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0xA960...0xA97C, 0xAA60...0xAADF, 0xAC00...0xD7FF:
            return .letter
        default: return scalar.properties.isIdeographic ? .letter : .word
        }
    }

    /// Without the spaces at its ends, which are no part of a name: composition makes some of other characters. A space
    /// with a mark on it is a character like others.
    var name: Range<Int> {
        let start = bytes.first == 32 && isBoundary[1] ? 1 : 0
        let end = bytes.count > start && bytes[bytes.count - 1] == 32 ? bytes.count - 1 : bytes.count
        return start..<end
    }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

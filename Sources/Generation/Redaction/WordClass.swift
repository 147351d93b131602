/// What a folded scalar means for word boundaries.
///
/// A boundary lies between two scalars unless both join (the simple boundaries of UTS #18, level 1, refined so): an
/// underscore and an apostrophe do not join, so that `anna` is found in `backup_anna` and in `anna's`; scripts that put
/// no space between words (Han, Kana, Hangul, Thai and their kin) have a boundary at each letter; and none lies before
/// a mark, as a mark belongs to what it stands on.
enum WordClass: UInt8 {
    /// Punctuation, symbols, space.
    case separate = 0
    /// Letters and decimal digits.
    case joining = 1
    /// Combining marks, and the vowels and finals of Hangul syllables; on a letter that joins, they join as it does.
    case mark = 2
    /// The same on anything else, or on nothing: what follows is another word.
    case looseMark = 4
    /// A letter of a script without spaces.
    case ideograph = 3

    /// Whether a word can go on before a scalar of class `next`.
    @inline(__always)
    func isJoined(to next: WordClass) -> Bool {
        next == .mark || next == .looseMark || (next == .joining && (self == .joining || self == .mark))
    }

    /// The class of a mark that stands behind this one.
    var ofMarkBehind: WordClass { self == .joining || self == .mark ? .mark : .looseMark }

    var isMark: Bool { self == .mark || self == .looseMark }

    /// The class of a scalar that is not ASCII.
    static func of(_ value: UInt32) -> WordClass {
        guard let scalar = Unicode.Scalar(value) else { return .separate }
        switch value {
        case 0x1160...0x11FF, 0xD7B0...0xD7FF: return .mark
        // Thai, Lao, Tibetan, Myanmar, Hangul initials, Khmer, Tai Le to Tai Tham, Kana, Bopomofo.
        case 0x0E01...0x0EFF, 0x0F40...0x0FBC, 0x1000...0x109F, 0x1100...0x115F, 0x1780...0x17D3, 0x1950...0x1AAD,
            0x3041...0x312F, 0x31A0...0x31BF, 0x31F0...0x31FF, 0xA960...0xA97C, 0xAA60...0xAADF:
            return isMark(scalar) ? .mark : .ideograph
        default: break
        }
        let properties = scalar.properties
        if properties.isIdeographic { return .ideograph }
        if isMark(scalar) { return .mark }
        return properties.isAlphabetic || properties.generalCategory == .decimalNumber ? .joining : .separate
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// The classes of the ASCII characters.
    static let ascii: [WordClass] = (0..<128).map { value in
        let scalar = Unicode.Scalar(UInt8(value))
        return scalar.properties.isAlphabetic || (scalar >= "0" && scalar <= "9") ? .joining : .separate
    }
}

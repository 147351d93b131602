/// Byte tests that need no locale.
enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }

    static func isLetter(_ byte: UInt8) -> Bool { lowercased(byte) >= 97 && lowercased(byte) <= 122 }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (lowercased(byte) >= 97 && lowercased(byte) <= 102)
    }

    /// Whether `bytes` equals `word`, which is written in lower case, in any mixture of cases.
    static func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where lowercased(bytes[index]) != word.utf8Start[index] { return false }
        return true
    }

    static func equals(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] != word.utf8Start[index] { return false }
        return true
    }
}

/// The 36-character text form of a GUID.
enum GUIDShape {
    static func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == 36 else { return false }
        for index in 0..<36 {
            switch index {
            case 8, 13, 18, 23: if bytes[index] != UInt8(ascii: "-") { return false }
            default: if !ASCII.isHexDigit(bytes[index]) { return false }
            }
        }
        return true
    }
}

/// A text as a set of its lines.
enum LineSet {
    /// Whether `needle` stands in `text` as whole lines.
    static func holds(_ text: UnsafeRawBufferPointer, _ needle: UnsafeRawBufferPointer) -> Bool {
        var start = 0
        while text.count - start >= needle.count {
            let end = start + needle.count
            let ends = end == text.count || text[end] == UInt8(ascii: "\n")
            if ends, UnsafeRawBufferPointer(rebasing: text[start..<end]).elementsEqual(needle) { return true }
            guard let line = text[start...].firstIndex(of: UInt8(ascii: "\n")) else { return false }
            start = line + 1
        }
        return false
    }
}

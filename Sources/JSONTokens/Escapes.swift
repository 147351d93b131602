/// Resolving the escape sequences of a string in place: the result is never longer than what it replaces.
enum Escapes {
    enum Outcome {
        /// Where the text ends now, and how many characters of it stand for what was not accepted.
        case text(end: Int, replaced: Int)
        /// A sequence is refused; its backslash stands at `index`.
        case refused(JSONError.Reason, index: Int)
    }

    /// What becomes of U+0000 and of half a surrogate pair, which are well-formed escapes but no text that everybody
    /// takes.
    struct Policy {
        var acceptsNUL: Bool
        /// Whether U+FFFD takes the place of what is not accepted; else it is a fault.
        var replaces: Bool
    }

    /// Rewrites the bytes `start..<end`, the body between the quotes.
    ///
    /// The scan that found the closing quote has made sure that every backslash is followed by one more byte before
    /// `end`.
    static func resolve(
        _ base: UnsafeMutableRawPointer, from start: Int, to end: Int, _ policy: Policy
    ) -> Outcome {
        var read = start
        var write = start
        var replaced = 0
        var ignored = false
        while true {
            let slash = StringScan.next(base, from: read, to: end, nonASCII: &ignored)
            if slash > read, write != read { (base + write).copyMemory(from: base + read, byteCount: slash - read) }
            write += slash - read
            read = slash
            guard end - read >= 2 else { return .text(end: write, replaced: replaced) }
            let kind = base.load(fromByteOffset: read + 1, as: UInt8.self)
            if kind == UInt8(ascii: "u") {
                guard case (var value, let length)? = codePoint(base, at: read, end: end) else {
                    return .refused(.invalidEscape, index: read)
                }
                let fault: JSONError.Reason? =
                    value & 0xFFFF_F800 == 0xD800
                    ? .loneSurrogate : value == 0 && !policy.acceptsNUL ? .nulCharacter : nil
                if let fault {
                    guard policy.replaces else { return .refused(fault, index: read) }
                    value = 0xFFFD
                    replaced += 1
                }
                // Six bytes of an escape become three at most.
                write = encode(value, base, write)
                read += length
                continue
            }
            guard let plain = shortEscape(kind) else { return .refused(.invalidEscape, index: read) }
            base.storeBytes(of: plain, toByteOffset: write, as: UInt8.self)
            write += 1
            read += 2
        }
    }

    private static func shortEscape(_ kind: UInt8) -> UInt8? {
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): kind
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Reads `\uXXXX`, or the two of a surrogate pair, at `index`: the code point, which is a surrogate where half a
    /// pair stands alone, and the length of what was read. Nil when it is neither.
    private static func codePoint(
        _ base: UnsafeMutableRawPointer, at index: Int, end: Int
    ) -> (value: UInt32, length: Int)? {
        guard let first = fourDigits(base, at: index, end: end) else { return nil }
        guard first & 0xF800 == 0xD800 else { return (first, 6) }
        guard first < 0xDC00, let second = fourDigits(base, at: index + 6, end: end), second & 0xFC00 == 0xDC00 else {
            return (first, 6)
        }
        return (0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF), 12)
    }

    /// The value of `\uXXXX` at `index`, or nil when something else stands there.
    private static func fourDigits(_ base: UnsafeMutableRawPointer, at index: Int, end: Int) -> UInt32? {
        guard end - index >= 6, base.load(fromByteOffset: index, as: UInt8.self) == UInt8(ascii: "\\"),
            base.load(fromByteOffset: index + 1, as: UInt8.self) == UInt8(ascii: "u")
        else { return nil }
        var value: UInt32 = 0
        for offset in 2..<6 {
            let byte = base.load(fromByteOffset: index + offset, as: UInt8.self)
            switch byte {
            case 48...57: value = value << 4 | UInt32(byte - 48)
            case 65...70: value = value << 4 | UInt32(byte - 55)
            case 97...102: value = value << 4 | UInt32(byte - 87)
            default: return nil
            }
        }
        return value
    }

    /// Writes a code point (no surrogate) as UTF-8 at `index` and returns where it ends.
    static func encode(_ value: UInt32, _ base: UnsafeMutableRawPointer, _ index: Int) -> Int {
        func store(_ byte: UInt32, _ offset: Int) {
            base.storeBytes(of: UInt8(truncatingIfNeeded: byte), toByteOffset: index + offset, as: UInt8.self)
        }
        switch value {
        case 0..<0x80:
            store(value, 0)
            return index + 1
        case 0x80..<0x800:
            store(0xC0 | value >> 6, 0)
            store(0x80 | value & 0x3F, 1)
            return index + 2
        case 0x800..<0x10000:
            store(0xE0 | value >> 12, 0)
            store(0x80 | value >> 6 & 0x3F, 1)
            store(0x80 | value & 0x3F, 2)
            return index + 3
        default:
            store(0xF0 | value >> 18, 0)
            store(0x80 | value >> 12 & 0x3F, 1)
            store(0x80 | value >> 6 & 0x3F, 2)
            store(0x80 | value & 0x3F, 3)
            return index + 4
        }
    }
}

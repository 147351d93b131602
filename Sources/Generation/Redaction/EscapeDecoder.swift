import Glibc

/// Escapes inside a text: JSON's (RFC 8259 section 7), Markdown's (a backslash before ASCII punctuation, CommonMark
/// section 2.4), percent encoding of UTF-8 (RFC 3986 section 2.1), and HTML's numeric references and named letters
/// (`HTMLEntities`), as scanners put all four into their texts.
///
/// Each is decoded once: what decoding yields is not looked at again.
enum EscapeDecoder {
    /// The character that an escape at `index` stands for and the escape's length in bytes; nil when there is no
    /// escape.
    static func decode(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        switch bytes[index] {
        case UInt8(ascii: "\\"): backslash(bytes, at: index)
        case UInt8(ascii: "%"): percent(bytes, at: index)
        case UInt8(ascii: "&"): html(bytes, at: index)
        default: nil
        }
    }

    /// Whether `text` holds a character that begins an escape.
    static func isPossible(in text: UnsafeRawBufferPointer) -> Bool {
        guard let base = text.baseAddress else { return false }
        return "\\%&".utf8.contains { memchr(base, CInt($0), text.count) != nil }
    }

    private static func backslash(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, Int)? {
        guard index + 1 < bytes.count else { return nil }
        switch bytes[index + 1] {
        // JSON's quotes, backslash and slash are among the punctuation that Markdown escapes.
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return (Unicode.Scalar(bytes[index + 1]), 2)
        case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            // All of them count as white space here.
            return (" ", 2)
        case UInt8(ascii: "u"): break
        default: return nil
        }
        guard let unit = hexadecimal(bytes, at: index + 2, digits: 4) else { return nil }
        if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
        guard unit < 0xDC00, index + 7 < bytes.count, bytes[index + 6] == UInt8(ascii: "\\"),
            bytes[index + 7] == UInt8(ascii: "u"), let low = hexadecimal(bytes, at: index + 8, digits: 4),
            (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { return nil }
        return (scalar, 12)
    }

    private static func percent(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, Int)? {
        func octet(_ position: Int) -> UInt8? {
            let start = index + 3 * position
            guard start < bytes.count, bytes[start] == UInt8(ascii: "%") else { return nil }
            return hexadecimal(bytes, at: start + 1, digits: 2).map { UInt8(truncatingIfNeeded: $0) }
        }
        guard octet(0) != nil else { return nil }
        let (scalar, length) = UTF8Decoding.scalar(available: 4, octet)
        return scalar == "\u{FFFD}" ? nil : (scalar, 3 * length)
    }

    private static func html(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, Int)? {
        if let named = namedReference(bytes, at: index) { return named }
        guard index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "#") else { return nil }
        let isHexadecimal = bytes[index + 2] | 0x20 == UInt8(ascii: "x")
        var position = index + (isHexadecimal ? 3 : 2)
        let first = position
        var value: UInt32 = 0
        while position < bytes.count, position - first < 8, let digit = digit(bytes[position], isHexadecimal ? 16 : 10)
        {
            value = value &* (isHexadecimal ? 16 : 10) &+ digit
            position += 1
        }
        guard position > first, position < bytes.count, bytes[position] == UInt8(ascii: ";"),
            let scalar = Unicode.Scalar(value)
        else { return nil }
        return (scalar, position + 1 - index)
    }

    private static func namedReference(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, Int)? {
        var end = index + 1
        while end < bytes.count, end - index <= HTMLEntities.longestName, isAlphanumeric(bytes[end]) { end += 1 }
        guard end - index > 2, end < bytes.count, bytes[end] == UInt8(ascii: ";"),
            let scalar = HTMLEntities.scalar(bytes[index + 1..<end])
        else { return nil }
        return (scalar, end + 1 - index)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { byte < 0x80 && WordClass.ascii[Int(byte)] == .joining }

    private static func digit(_ byte: UInt8, _ radix: UInt32) -> UInt32? {
        let value: UInt32
        switch byte {
        case 48...57: value = UInt32(byte - 48)
        case 65...70: value = UInt32(byte - 55)
        case 97...102: value = UInt32(byte - 87)
        default: return nil
        }
        return value < radix ? value : nil
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, at index: Int, digits: Int) -> UInt32? {
        guard index + digits <= bytes.count else { return nil }
        var value: UInt32 = 0
        for position in index..<index + digits {
            guard let digit = digit(bytes[position], 16) else { return nil }
            value = value << 4 | digit
        }
        return value
    }
}

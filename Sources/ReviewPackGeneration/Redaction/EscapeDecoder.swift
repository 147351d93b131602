import Glibc

/// Escapes inside a text: JSON's (RFC 8259 section 7), percent encoding of UTF-8 (RFC 3986 section 2.1), and HTML's numeric
/// references and five basic names, as scanners put all three into their texts.
///
/// Each is decoded once: what decoding yields is not looked at again.
enum EscapeDecoder {
    /// The character that an escape at `index` stands for and the escape's length in bytes; nil when there is no escape.
    static func decode(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        switch bytes[index] {
        case UInt8(ascii: "\\"): json(bytes, at: index)
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

    private static func json(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, Int)? {
        guard index + 1 < bytes.count else { return nil }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return (Unicode.Scalar(bytes[index + 1]), 2)
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

    private static let names: [(name: StaticString, scalar: Unicode.Scalar)] = [
        ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
    ]

    private static func html(_ bytes: UnsafeRawBufferPointer, at index: Int) -> (Unicode.Scalar, Int)? {
        for (name, scalar) in names where starts(bytes, at: index, with: name) {
            return (scalar, name.utf8CodeUnitCount)
        }
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

    private static func starts(_ bytes: UnsafeRawBufferPointer, at index: Int, with name: StaticString) -> Bool {
        guard index + name.utf8CodeUnitCount <= bytes.count else { return false }
        return name.withUTF8Buffer { wanted in
            wanted.indices.allSatisfy { wanted[$0] == bytes[index + $0] }
        }
    }

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

/// Decodes the escapes in a text once, for the final scan: JSON's, Markdown's, percent encoding of UTF-8, HTML's
/// references.
struct Unescaping {
    private let text: [UInt8]
    private var index = 0
    private var output: [UInt8] = []

    /// The decoded text; nil when `text` holds nothing that could be an escape.
    static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "&") })
        else { return nil }
        var decoding = Unescaping(text: Array(text))
        decoding.run()
        return decoding.output
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func run() {
        while index < text.count {
            let found: (text: String, length: Int)? =
                switch text[index] {
                case UInt8(ascii: "\\"): backslash()
                case UInt8(ascii: "%"): percent()
                case UInt8(ascii: "&"): reference()
                default: nil
                }
            if let found {
                output.append(contentsOf: found.text.utf8)
                index += found.length
            } else {
                output.append(text[index])
                index += 1
            }
        }
    }

    /// ASCII text from `start` on, up to `count` bytes; nil when there are fewer.
    private func ascii(_ start: Int, _ count: Int) -> String? {
        guard start + count <= text.count, text[start..<start + count].allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(decoding: text[start..<start + count], as: UTF8.self)
    }

    private func number(_ start: Int, _ count: Int, radix: Int) -> UInt32? {
        guard let digits = ascii(start, count), digits.allSatisfy(\.isHexDigit) else { return nil }
        return UInt32(digits, radix: radix)
    }

    private func backslash() -> (String, Int)? {
        guard let letter = ascii(index + 1, 1) else { return nil }
        if letter.unicodeScalars.allSatisfy({ Self.isPunctuation($0) }) { return (letter, 2) }
        if "bfnrt".contains(letter) { return (" ", 2) }
        guard letter == "u", let high = number(index + 2, 4, radix: 16) else { return nil }
        if let scalar = Unicode.Scalar(high) { return (String(scalar), 6) }
        guard ascii(index + 6, 2) == "\\u", let low = number(index + 8, 4, radix: 16),
            let first = UInt16(exactly: high),
            let second = UInt16(exactly: low), UTF16.isLeadSurrogate(first), UTF16.isTrailSurrogate(second)
        else { return nil }
        return (String(decoding: [first, second], as: UTF16.self), 12)
    }

    /// ASCII punctuation, all of which Markdown escapes (CommonMark section 2.4).
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && scalar.value < 0x7F && !Character(scalar).isLetter && !Character(scalar).isNumber
    }

    private func percent() -> (String, Int)? {
        var octets: [UInt8] = []
        while octets.count < 4, ascii(index + 3 * octets.count, 1) == "%",
            let octet = number(index + 3 * octets.count + 1, 2, radix: 16)
        {
            octets.append(UInt8(truncatingIfNeeded: octet))
            if let character = String(validating: octets, as: UTF8.self) { return (character, 3 * octets.count) }
        }
        return nil
    }

    private func reference() -> (String, Int)? {
        guard let end = text[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
            let name = ascii(index + 1, end - index - 1)
        else { return nil }
        let length = end + 1 - index
        if let scalar = HTMLEntities.scalar(name.utf8) { return (String(scalar), length) }
        guard name.hasPrefix("#") else { return nil }
        let isHexadecimal = name.dropFirst().first?.lowercased() == "x"
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        guard digits.allSatisfy(\.isHexDigit), (1...8).contains(digits.count),
            let value = UInt32(digits, radix: isHexadecimal ? 16 : 10), let scalar = Unicode.Scalar(value)
        else { return nil }
        return (String(scalar), length)
    }
}

/// UTF-8 scalar by scalar over raw bytes; texts are checked at import, but nothing here trusts that.
enum UTF8Decoding {
    /// The scalar that begins at `index`, and its length; U+FFFD and 1 where the bytes are not UTF-8 (RFC 3629).
    static func scalar(in bytes: UnsafeRawBufferPointer, at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
        scalar(available: bytes.count - index) { bytes[index + $0] }
    }

    /// The same over bytes that are handed out by number, of which there are `available`, at least one.
    @inline(__always)
    static func scalar(available: Int, _ byte: (Int) -> UInt8?) -> (scalar: Unicode.Scalar, length: Int) {
        let invalid: (Unicode.Scalar, Int) = ("\u{FFFD}", 1)
        guard let lead = byte(0) else { return invalid }
        let length: Int
        var value: UInt32
        switch lead {
        case 0..<0x80: return (Unicode.Scalar(lead), 1)
        case 0xC2...0xDF: (length, value) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (length, value) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (length, value) = (4, UInt32(lead & 0x07))
        default: return invalid
        }
        guard length <= available else { return invalid }
        for position in 1..<length {
            guard let next = byte(position), next & 0xC0 == 0x80 else { return invalid }
            value = value << 6 | UInt32(next & 0x3F)
        }
        let shortest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= shortest, let scalar = Unicode.Scalar(value) else { return invalid }
        return (scalar, length)
    }
}

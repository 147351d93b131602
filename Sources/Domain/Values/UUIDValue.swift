import Bytes

/// A 128-bit UUID (RFC 9562), kept as two words so that comparing and hashing cost nothing.
public struct UUIDValue: Hashable, Comparable, Sendable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the 36-character form in either case; no braces, no `urn:` prefix.
    public init?(_ text: some StringProtocol) {
        self.init(ascii: Array(text.utf8))
    }

    /// Reads the 36-character form from bytes.
    public init?(ascii bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var nibbles = 0
        for (position, byte) in bytes.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let nibble = Hex.nibble(byte) else { return nil }
            if nibbles < 16 {
                words.0 = words.0 << 4 | UInt64(nibble)
            } else {
                words.1 = words.1 << 4 | UInt64(nibble)
            }
            nibbles += 1
        }
        high = words.0
        low = words.1
    }

    /// Reads the 16 bytes of the binary form, most significant first.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (position, byte) in bytes.enumerated() {
            if position < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        high = words.0
        low = words.1
    }

    /// The 16 bytes of the binary form, most significant first; their order is the order of the values.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) }
    }

    public static func < (a: UUIDValue, b: UUIDValue) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }

    /// A new UUIDv7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then 74 random bits.
    public static func version7(at time: UnixMillis, using random: inout some RandomNumberGenerator) -> UUIDValue {
        let stamp = UInt64(bitPattern: Swift.max(0, time.rawValue)) & 0xFFFF_FFFF_FFFF
        let a: UInt64 = random.next()
        let b: UInt64 = random.next()
        return UUIDValue(
            high: stamp << 16 | 0x7000 | a & 0x0FFF, low: 0x8000_0000_0000_0000 | b & 0x3FFF_FFFF_FFFF_FFFF)
    }

    public static func version7(at time: UnixMillis) -> UUIDValue {
        var random = SystemRandomNumberGenerator()
        return version7(at: time, using: &random)
    }
}

extension UUIDValue: CustomStringConvertible {
    /// The 36-character lower-case form.
    public var description: String {
        var out: [UInt8] = []
        out.reserveCapacity(36)
        for (position, byte) in bytes.enumerated() {
            if position == 4 || position == 6 || position == 8 || position == 10 { out.append(UInt8(ascii: "-")) }
            out.append(Hex.digits[Int(byte >> 4)])
            out.append(Hex.digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }
}

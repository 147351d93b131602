/// The SHA-256 of some bytes, as a plain value of 32 bytes.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    /// Its length in bytes.
    public static let byteCount = 32

    /// The 32 bytes, in the order in which FIPS 180-4 prints them.
    public let bytes: [UInt8]

    /// Takes stored bytes back; nil unless there are exactly 32.
    public init?(bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Bytes that are known to be 32.
    init(digest: [UInt8]) { bytes = digest }

    /// The digest as 64 lower-case hexadecimal digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 2 * bytes.count) { buffer in
            for (index, byte) in bytes.enumerated() {
                buffer[2 * index] = digits[Int(byte >> 4)]
                buffer[2 * index + 1] = digits[Int(byte & 15)]
            }
            return 2 * bytes.count
        }
    }

    public var description: String { hex }
}

/// A value of 256 bits, a SHA-256 nearly always: held in place, so that half a million of them sort and add without
/// touching the heap.
public struct Digest256: Hashable, Comparable, Sendable {
    /// Its length in bytes.
    public static let byteCount = 32

    /// Most significant word first; the order of values is the order of their big-endian bytes.
    public var words: (UInt64, UInt64, UInt64, UInt64)

    /// 32 zero bytes.
    public static let zero = Digest256(words: (0, 0, 0, 0))

    public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(checked: bytes)
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self = Array(bytes).withUnsafeBytes { Digest256(checked: $0) }
    }

    /// Nil unless `hex` is 64 hexadecimal digits, in either case.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    /// Bytes that are known to be 32.
    init(checked bytes: UnsafeRawBufferPointer) {
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// Hands out the 32 bytes, most significant first.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let ordered = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return try withUnsafeBytes(of: ordered) { try body($0) }
    }

    public var bytes: [UInt8] { withBytes { Array($0) } }

    public static func == (a: Digest256, b: Digest256) -> Bool { a.words == b.words }
    public static func < (a: Digest256, b: Digest256) -> Bool { a.words < b.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Digest256: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var hex: String { withBytes { Hex.encode($0) } }

    public var description: String { hex }
}

import Crypto
import Domain

/// A 256-bit value held in place, so that half a million of them sort and add without touching the heap.
public struct Hash256: Hashable, Comparable, Sendable {
    /// Most significant word first; the order of values is the order of their big-endian bytes.
    public var words: (UInt64, UInt64, UInt64, UInt64)

    public static let zero = Hash256(words: (0, 0, 0, 0))

    public init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        words = (word(0), word(8), word(16), word(24))
    }

    public init?(_ bytes: [UInt8]) {
        guard let value = bytes.withUnsafeBytes({ Hash256($0) }) else { return nil }
        self = value
    }

    /// SHA-256 of `bytes`.
    public init(sha256Of bytes: UnsafeRawBufferPointer) {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        self = hasher.finalize().withUnsafeBytes { Hash256($0) } ?? .zero
    }

    /// Hands out the 32 bytes, most significant first.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let ordered = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return try withUnsafeBytes(of: ordered) { try body($0) }
    }

    public var bytes: [UInt8] { withBytes { Array($0) } }

    public static func == (a: Hash256, b: Hash256) -> Bool { a.words == b.words }
    public static func < (a: Hash256, b: Hash256) -> Bool { a.words < b.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Hash256: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}

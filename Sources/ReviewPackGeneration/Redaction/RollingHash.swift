import Crypto
import ReviewPackModel

/// A polynomial over the prime 2^61 - 1 that takes one folded scalar after the other.
///
/// Two different texts of at most n scalars collide for at most n of the 2^61 possible points, and the point comes from the pack's
/// id, which nobody knows who could choose names before. A collision would replace a piece of text too much, never too little.
struct RollingHash {
    private(set) var value: UInt64 = 0
    private let point: UInt64

    static let prime: UInt64 = 1 << 61 - 1

    init(point: UInt64) { self.point = point }

    /// The point for a pack: equal for equal ids, so that the same evidence gives the same bytes.
    static func point(for packID: PackID) -> UInt64 {
        let digest = SHA256.hash(data: Array("reviewpack.redaction/1".utf8) + packID.bytes)
        let word = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return word % (prime - (1 << 32)) + (1 << 32)
    }

    @inline(__always)
    mutating func append(_ scalar: UInt32) {
        let product = value.multipliedFullWidth(by: point)
        // 2^61 is 1 modulo the prime: the bits from 61 on are added to those below. One is added so that zeros count.
        let folded = (product.low & Self.prime) &+ (product.high << 3 | product.low >> 61) &+ UInt64(scalar) &+ 1
        let once = (folded & Self.prime) &+ folded >> 61
        value = once >= Self.prime ? once - Self.prime : once
    }
}

/// A polynomial over the prime 2^61 - 1 that takes one folded scalar after the other.
///
/// Two different texts of at most n scalars collide for at most n of the 2^61 possible points, and the point comes from
/// the pack's id, which nobody knows who could choose names before. A collision would replace a piece of text too much,
/// never too little.
struct RollingHash {
    private(set) var value: UInt64 = 0
    private let point: UInt64

    static let prime: UInt64 = 1 << 61 - 1

    /// `value` is the hash of what came before.
    init(point: UInt64, value: UInt64 = 0) {
        self.point = point
        self.value = value
    }

    @inline(__always)
    mutating func append(_ scalar: UInt32) {
        // One is added so that zeros count.
        value = Self.reduced(Self.product(value, point) &+ UInt64(scalar) &+ 1)
    }

    /// The hash of the text with `scalar` in front; `power` is 1 before the first one, and then this call's own.
    @inline(__always)
    mutating func prepend(_ scalar: UInt32, power: inout UInt64) {
        value = Self.reduced(value &+ Self.product(power, UInt64(scalar) &+ 1))
        power = Self.reduced(Self.product(power, point))
    }

    /// A number below 2^62 that equals the product modulo the prime: 2^61 is 1, so the bits from 61 on are added to
    /// those below.
    @inline(__always)
    private static func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return (product.low & prime) &+ (product.high << 3 | product.low >> 61)
    }

    /// The same modulo the prime, below it.
    @inline(__always)
    private static func reduced(_ sum: UInt64) -> UInt64 {
        let once = (sum & prime) &+ sum >> 61
        return once >= prime ? once - prime : once
    }
}

public import Bytes

/// The findings revision of a tenant: a sum of digests modulo 2^256.
///
/// Adding and subtracting commute, so the same set of findings gives the same sum on any path, and keeping it up to
/// date costs one addition for a finding that enters the packs and one subtraction for one that leaves. Stored as 32
/// bytes, most significant first.
public struct RevisionSum: Equatable, Sendable {
    public private(set) var value: Digest256

    /// The sum of no findings.
    public init() { value = .zero }

    public init(_ value: Digest256) { self.value = value }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: [UInt8]) {
        guard let value = Digest256(bytes) else { return nil }
        self.value = value
    }

    public var bytes: [UInt8] { value.bytes }

    public mutating func add(_ digest: Digest256) {
        var carry: UInt64 = 0
        func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (first, overflow1) = a.addingReportingOverflow(b)
            let (second, overflow2) = first.addingReportingOverflow(carry)
            carry = overflow1 || overflow2 ? 1 : 0
            return second
        }
        let w3 = sum(value.words.3, digest.words.3)
        let w2 = sum(value.words.2, digest.words.2)
        let w1 = sum(value.words.1, digest.words.1)
        let w0 = sum(value.words.0, digest.words.0)
        value = Digest256(words: (w0, w1, w2, w3))
    }

    public mutating func subtract(_ digest: Digest256) {
        var borrow: UInt64 = 0
        func difference(_ a: UInt64, _ b: UInt64) -> UInt64 {
            let (first, overflow1) = a.subtractingReportingOverflow(b)
            let (second, overflow2) = first.subtractingReportingOverflow(borrow)
            borrow = overflow1 || overflow2 ? 1 : 0
            return second
        }
        let w3 = difference(value.words.3, digest.words.3)
        let w2 = difference(value.words.2, digest.words.2)
        let w1 = difference(value.words.1, digest.words.1)
        let w0 = difference(value.words.0, digest.words.0)
        value = Digest256(words: (w0, w1, w2, w3))
    }
}

/// The domains of the addresses among a tenant's identities: in catalogue text only addresses of these are the tenant's own.
struct TenantDomains {
    private var hashes: Set<UInt64> = []
    private let hashPoint: UInt64

    /// Domains that are told apart. A tenant with more (each guest may bring one) has every domain counted as its own, which
    /// redacts more and keeps the memory bounded.
    static let limit = 4096

    init(hashPoint: UInt64) { self.hashPoint = hashPoint }

    private var isFull: Bool { hashes.count >= Self.limit }

    mutating func insert(_ domain: Substring, using folded: inout FoldedText) {
        var domain = domain
        guard !isFull, domain.contains(".") else { return }
        domain.withUTF8 { folded.fold(UnsafeRawBufferPointer($0), decodingEscapes: false) }
        hashes.insert(hash(folded, 0..<folded.scalars.count))
    }

    /// Whether the domain in `range` is one of them or lies below one.
    ///
    /// An ideographic full stop may join labels, as a point does, or end the sentence behind an address: what is before each of the
    /// first few counts as well.
    func contains(_ text: borrowing FoldedText, _ range: Range<Int>) -> Bool {
        if isFull || containsWhole(text, range) { return true }
        var cuts = 0
        for end in range where text.scalars[end].value == Self.ideographicStop {
            if containsWhole(text, range.lowerBound..<end) { return true }
            cuts += 1
            if cuts == 8 { break }
        }
        return false
    }

    private func containsWhole(_ text: borrowing FoldedText, _ range: Range<Int>) -> Bool {
        var end = range.upperBound
        while end > range.lowerBound, text.scalars[end - 1].wordClass == .separate { end -= 1 }
        // The DNS knows no longer names (RFC 1035 section 2.3.4), so the tenant's cannot be longer.
        var start = max(range.lowerBound, end - 255)
        while start < end {
            if hashes.contains(hash(text, start..<end)) { return true }
            while start < end, text.scalars[start].value != Self.point,
                text.scalars[start].value != Self.ideographicStop
            {
                start += 1
            }
            start += 1
        }
        return false
    }

    private static let point = UInt32(UInt8(ascii: "."))
    private static let ideographicStop: UInt32 = 0x3002

    private func hash(_ text: borrowing FoldedText, _ range: Range<Int>) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for index in range {
            let value = text.scalars[index].value
            hash.append(value == Self.ideographicStop ? Self.point : value)
        }
        return hash.value
    }
}

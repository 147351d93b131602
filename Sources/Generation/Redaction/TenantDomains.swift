/// The domains of the addresses among a tenant's identities: in catalogue text only addresses of these are the tenant's
/// own.
struct TenantDomains {
    private var hashes: Set<UInt64> = []
    private let hashPoint: UInt64

    /// Domains that are told apart. A tenant with more (each guest may bring one) has every domain counted as its own,
    /// which redacts more and keeps the memory bounded.
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
    /// An ideographic full stop may join labels, as a point does, or end the sentence behind an address: what is before
    /// each of the first few counts as well.
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
        // A domain has at most 255 octets (RFC 5321 section 4.5.3.1.2), so the tenant's have no more scalars: what is
        // before them is not looked at, and each suffix's hash comes of the shorter one's.
        let start = max(range.lowerBound, end - Self.longest)
        var suffix = RollingHash(point: hashPoint)
        var power: UInt64 = 1
        while end > start {
            end -= 1
            suffix.prepend(Self.folded(text.scalars[end].value), power: &power)
            let isLabel = end == range.lowerBound || Self.isPoint(text.scalars[end - 1].value)
            if isLabel, hashes.contains(suffix.value) { return true }
        }
        return false
    }

    private static let longest = 255
    private static let point = UInt32(UInt8(ascii: "."))
    private static let ideographicStop: UInt32 = 0x3002

    private static func isPoint(_ value: UInt32) -> Bool { value == point || value == ideographicStop }

    private static func folded(_ value: UInt32) -> UInt32 { value == ideographicStop ? point : value }

    private func hash(_ text: borrowing FoldedText, _ range: Range<Int>) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for index in range { hash.append(Self.folded(text.scalars[index].value)) }
        return hash.value
    }
}

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
    func contains(_ text: borrowing FoldedText, _ range: Range<Int>) -> Bool {
        if isFull { return true }
        var start = range.lowerBound
        while start < range.upperBound {
            if hashes.contains(hash(text, start..<range.upperBound)) { return true }
            while start < range.upperBound, text.scalars[start].value != UInt32(UInt8(ascii: ".")) { start += 1 }
            start += 1
        }
        return false
    }

    private func hash(_ text: borrowing FoldedText, _ range: Range<Int>) -> UInt64 {
        var hash = RollingHash(point: hashPoint)
        for index in range { hash.append(text.scalars[index].value) }
        return hash.value
    }
}

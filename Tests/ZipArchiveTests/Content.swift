/// Content for members, the same on every run.
enum Content {
    /// The two extremes.
    enum Kind: Sendable {
        case rows
        case noise

        func bytes(_ count: Int) -> [UInt8] {
            switch self {
            case .rows: Content.rows(count)
            case .noise: Content.noise(count)
            }
        }
    }

    /// Text like a pack's findings, which deflate halves several times.
    static func rows(_ count: Int) -> [UInt8] {
        repeating(someRows, to: count)
    }

    /// Bytes that deflate cannot shorten: they come again only long after its window.
    static func noise(_ count: Int) -> [UInt8] {
        repeating(someNoise, to: count)
    }

    // Random numbers are slow in a debug build: each is drawn once.
    private static let someRows: [UInt8] = {
        var random = SplitMix64(state: 1)
        return (0..<1500).flatMap { _ in
            let number = random.next()
            return Array("prowler,entra_check_\(number % 97),high,open,User \(number % 9973),\(number)\r\n".utf8)
        }
    }()

    private static let someNoise: [UInt8] = {
        var random = SplitMix64(state: 7)
        return (0..<16_000).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
    }()

    private static func repeating(_ unit: [UInt8], to count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + unit.count)
        while bytes.count < count { bytes += unit }
        return Array(bytes.prefix(count))
    }

    /// Splits bytes into pieces of one length.
    static func pieces(_ bytes: [UInt8], of length: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: length).map { Array(bytes[$0..<min($0 + length, bytes.count)]) }
    }
}

/// The generator of Steele, Lea and Flood (2014): small, and the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

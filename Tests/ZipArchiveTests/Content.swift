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
        var random = SplitMix64(state: UInt64(count))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 100)
        while bytes.count < count {
            let number = random.next()
            bytes += "prowler,entra_check_\(number % 97),high,open,User \(number % 9973),\(number)\r\n".utf8
        }
        return Array(bytes.prefix(count))
    }

    /// Bytes that deflate cannot shorten.
    static func noise(_ count: Int) -> [UInt8] {
        var random = SplitMix64(state: 7)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
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

import JSONTokens

/// The keys of a report's objects, as redaction and the final scan both compare them.
enum ReportKeys {
    /// The form in which keys are compared; nil for one that is too long, or not ASCII, to be on the list.
    static func canonical(_ key: UnsafeRawBufferPointer) -> String? {
        guard key.count <= 64, key.allSatisfy({ $0 < 0x80 }) else { return nil }
        let kept = key.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 0x20
            default: byte
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}

extension JSONLimits {
    /// Those for a stored report: an import took it by limits of its own, so nothing in it may be refused here.
    static let storedReport: JSONLimits = {
        var limits = JSONLimits()
        limits.depth = 1024
        limits.stringBytes = 64 << 20
        limits.numberBytes = 64 << 20
        limits.acceptsNUL = true
        // It keeps its bytes, and may hold the escape of a lone surrogate.
        limits.replacesBadCharacters = true
        return limits
    }()
}

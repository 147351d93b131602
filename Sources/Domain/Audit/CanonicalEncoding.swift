public import Bytes

/// Builds the bytes that are hashed: integers big-endian and of fixed width, texts behind their 32-bit byte count,
/// optional values behind a byte that is 0 (absent, nothing follows) or 1. So no two different lists of values give the
/// same bytes.
public struct CanonicalEncoding {
    public private(set) var bytes: [UInt8] = []

    public init(tag: StaticString, version: UInt8) {
        bytes.reserveCapacity(512)
        tag.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(version)
    }

    public mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    public mutating func append(_ text: String) {
        append(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func append(_ digest: Digest256) { digest.withBytes { bytes.append(contentsOf: $0) } }
    public mutating func append<Tag>(_ id: ID<Tag>) {
        append(id.value.high)
        append(id.value.low)
    }
    public mutating func append(_ time: UnixMillis) { append(time.rawValue) }

    public mutating func append<Value>(_ value: Value?, _ encode: (inout CanonicalEncoding, Value) -> Void) {
        append(value != nil)
        if let value { encode(&self, value) }
    }
}

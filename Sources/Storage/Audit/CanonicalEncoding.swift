import Crypto
import Domain

/// Builds the bytes that are hashed: integers big-endian and of fixed width, texts behind their 32-bit byte count, optional values
/// behind a byte that is 0 (absent, nothing follows) or 1. So no two different lists of values give the same bytes.
struct CanonicalEncoding {
    private(set) var bytes: [UInt8] = []

    init(tag: StaticString, version: UInt8) {
        bytes.reserveCapacity(512)
        tag.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(version)
    }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func append(_ text: String) {
        append(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ digest: Digest256) { bytes.append(contentsOf: digest.bytes) }
    mutating func append<Tag>(_ id: ID<Tag>) {
        append(id.value.high)
        append(id.value.low)
    }
    mutating func append(_ time: UnixMillis) { append(time.rawValue) }

    mutating func append<Value>(_ value: Value?, _ encode: (inout CanonicalEncoding, Value) -> Void) {
        append(value != nil)
        if let value { encode(&self, value) }
    }

    var sha256: Digest256 { Digest256(hashing: bytes) }
}

extension Digest256 {
    /// SHA-256 of `bytes`.
    init(hashing bytes: some Sequence<UInt8>) {
        let digest = SHA256.hash(data: Array(bytes))
        self.init(digest)
    }

    init(_ digest: SHA256Digest) { self = Digest256(Array(digest)) ?? .zero }

    /// 32 zero bytes: the hash before the first audit event.
    static let zero = Digest256([UInt8](repeating: 0, count: 32))!
}

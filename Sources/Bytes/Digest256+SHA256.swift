public import Crypto

// Apart from the type itself, because the fuzz targets are built without swift-crypto.

extension Digest256 {
    /// SHA-256 of `bytes`.
    public init(hashing bytes: UnsafeRawBufferPointer) {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        self.init(hasher.finalize())
    }

    /// SHA-256 of `bytes`.
    public init(hashing bytes: some Sequence<UInt8>) {
        self = Array(bytes).withUnsafeBytes { Digest256(hashing: $0) }
    }

    public init(_ digest: SHA256Digest) { self = digest.withUnsafeBytes { Digest256(checked: $0) } }

    public init(_ code: HMAC<SHA256>.MAC) { self = code.withUnsafeBytes { Digest256(checked: $0) } }
}

import Crypto
import Domain

extension Digest256 {
    /// SHA-256 of `bytes`.
    init(hashing bytes: some Sequence<UInt8>) {
        let digest = SHA256.hash(data: Array(bytes))
        self.init(digest)
    }

    init(_ digest: SHA256Digest) { self = Digest256(Array(digest)) ?? .zero }
}

extension CanonicalEncoding {
    var sha256: Digest256 { Digest256(hashing: bytes) }
}

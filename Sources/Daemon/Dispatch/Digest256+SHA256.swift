import Crypto
import Domain

extension Digest256 {
    /// The SHA-256 of some bytes.
    init(hashing bytes: [UInt8]) {
        // A SHA-256 always has 32 bytes, so the zero digest never stands in for one.
        self = Digest256(Array(SHA256.hash(data: bytes))) ?? Digest256.zero
    }

    private static let zero = Digest256(Array(repeating: 0, count: 32))!
}

import Crypto
import Domain

extension RollingHash {
    /// The point for a pack: equal for equal ids, so that the same evidence gives the same bytes. `use` keeps what
    /// redaction and the final scan hash apart.
    static func point(for packID: PackID, _ use: String = "reviewpack.redaction/1") -> UInt64 {
        let digest = SHA256.hash(data: Array(use.utf8) + packID.bytes)
        let word = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return word % (prime - (1 << 32)) + (1 << 32)
    }
}

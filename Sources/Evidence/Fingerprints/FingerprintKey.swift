public import Bytes
import Crypto

/// A tenant's secret for fingerprints: 256 random bits, made with the tenant and gone with it.
///
/// Packs print fingerprints. Without the key nobody can compute one from an id that he guesses, so an address book does
/// not tell who is in a pack without personal data. Neither a log nor an answer ever holds the key.
public struct FingerprintKey: Sendable, CustomStringConvertible {
    /// In bytes.
    public static let size = 32

    private let key: SymmetricKey
    /// Has taken the key in, so that each message costs a copy of it and not the two blocks of the key again.
    private let keyed: HMAC<SHA256>

    private init(_ key: SymmetricKey) {
        self.key = key
        keyed = HMAC(key: key)
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        self.init(SymmetricKey(data: bytes))
    }

    /// A new random key.
    public static func make() -> FingerprintKey { FingerprintKey(SymmetricKey(size: .bits256)) }

    /// The 32 bytes, for whoever stores them.
    public var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

    /// HMAC-SHA256 (RFC 2104) of `message`.
    public func authenticate(_ message: UnsafeRawBufferPointer) -> Digest256 {
        var mac = keyed
        mac.update(data: message)
        return Digest256(mac.finalize())
    }

    /// The same for every key.
    public var description: String { "a fingerprint key" }
}

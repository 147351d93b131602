// A download token is `rp1.` followed by the base64url form (RFC 4648 section 5, no padding) of these bytes:
//
//   offset  size  field
//   0       1     format version, 1
//   1       8     key id, big-endian
//   9       16    pack id
//   25      4     caller's uid, big-endian
//   29      8     issued at, Unix milliseconds, big-endian
//   37      8     expires at, Unix milliseconds, big-endian
//   45      2     length of the subject's UTF-8 bytes, big-endian; 0 = no subject
//   47      n     the subject on whose behalf it was issued
//   47+n    32    HMAC-SHA-256 with the key over `reviewpack download token\0` and all bytes before
//
// 1. Nothing of a token is believed before its MAC holds; the MAC is compared in constant time.
// 2. The MAC's prefix separates these tokens from anything else that the same key might ever sign.
// 3. There is exactly one text for given claims and key: unused base64 bits, padding and other versions are refused.

import Bytes
package import Domain

/// What a download token says, once its signature holds.
package struct TokenClaims: Equatable, Sendable {
    package var keyID: UInt64
    package var pack: PackID
    package var uid: UInt32
    package var subject: ExactText?
    package var issuedAt: UnixMillis
    package var expiresAt: UnixMillis

    static let version: UInt8 = 1
    static let macLength = 32
    private static let fixedLength = 47

    /// The bytes that are signed.
    func encoded() -> [UInt8] {
        let subject = Array((subject?.text ?? "").utf8)
        var out: [UInt8] = [Self.version]
        out.appendBigEndian(keyID)
        out += pack.bytes
        out.appendBigEndian(uid)
        out.appendBigEndian(issuedAt.rawValue)
        out.appendBigEndian(expiresAt.rawValue)
        out.appendBigEndian(UInt16(subject.count))
        out += subject
        return out
    }

    /// Reads signed bytes; nil unless they are exactly one encoding of claims.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.fixedLength, bytes.first == Self.version else { return nil }
        let at = bytes.startIndex
        keyID = bytes[(at + 1)..<(at + 9)].bigEndianValue()
        guard let pack = PackID(bytes: bytes[(at + 9)..<(at + 25)]) else { return nil }
        self.pack = pack
        uid = bytes[(at + 25)..<(at + 29)].bigEndianValue()
        issuedAt = UnixMillis(bytes[(at + 29)..<(at + 37)].bigEndianValue())
        expiresAt = UnixMillis(bytes[(at + 37)..<(at + 45)].bigEndianValue())
        let length: UInt16 = bytes[(at + 45)..<(at + 47)].bigEndianValue()
        let text = bytes[(at + 47)...]
        guard text.count == Int(length), let subject = String(validating: text, as: UTF8.self) else { return nil }
        self.subject = subject.isEmpty ? nil : ExactText(subject)
    }

    init(
        keyID: UInt64, pack: PackID, uid: UInt32, subject: ExactText?, issuedAt: UnixMillis, expiresAt: UnixMillis
    ) {
        self.keyID = keyID
        self.pack = pack
        self.uid = uid
        self.subject = subject
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// A token's text taken apart, with nothing of it believed: `TokenSigner` checks the MAC.
///
/// It is pure and knows no key, so that the fuzzer reaches every byte of it.
struct SealedToken {
    private static let prefix = "rp1."
    /// Characters of a token with the longest subject, 4 + base64 of (47 + 256 + 32) bytes, and some to spare.
    private static let maximumLength = 512

    let claims: TokenClaims
    /// The bytes that the MAC is over, without its prefix.
    let signed: [UInt8]
    let mac: [UInt8]

    /// Puts claims and their MAC together.
    init(claims: TokenClaims, mac: [UInt8]) {
        self.claims = claims
        self.mac = mac
        signed = claims.encoded()
    }

    /// Reads a token; nil unless the text is the one that `text` would be of the same claims and MAC.
    init?(_ text: String) {
        let utf8 = text.utf8
        guard utf8.count <= Self.maximumLength, utf8.starts(with: Self.prefix.utf8),
            let bytes = Base64URL.decode(utf8.dropFirst(Self.prefix.utf8.count)),
            bytes.count > TokenClaims.macLength,
            let claims = TokenClaims(bytes.dropLast(TokenClaims.macLength))
        else { return nil }
        self.claims = claims
        signed = Array(bytes.dropLast(TokenClaims.macLength))
        mac = Array(bytes.suffix(TokenClaims.macLength))
    }

    /// The token as its caller gets it.
    var text: String { Self.prefix + Base64URL.encode(signed + mac) }
}

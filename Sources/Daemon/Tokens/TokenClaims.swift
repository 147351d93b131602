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

import Domain

/// What a download token says, once its signature holds.
public struct TokenClaims: Equatable, Sendable {
    public var keyID: UInt64
    public var pack: PackID
    public var uid: UInt32
    public var subject: ExactText?
    public var issuedAt: UnixMillis
    public var expiresAt: UnixMillis

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

extension [UInt8] {
    mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}

extension ArraySlice<UInt8> {
    func bigEndianValue<T: FixedWidthInteger>() -> T {
        reduce(T(0)) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }
}

import Bytes

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

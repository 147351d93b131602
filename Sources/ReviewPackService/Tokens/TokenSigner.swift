import Crypto
import ReviewPackModel

/// Issues and opens download tokens with the keys in force.
public struct TokenSigner: Sendable {
    private static let prefix = "rp1."
    private static let context = Array("reviewpack download token\0".utf8)
    /// A token with the longest subject: 4 + base64 of (47 + 256 + 32) bytes.
    private static let maximumLength = 512

    let keys: TokenKeys

    public init(keys: TokenKeys) { self.keys = keys }

    /// A token for `pack` that only the same caller (and subject) can use, until `expiresAt`.
    public func issue(
        pack: PackID, uid: UInt32, subject: String?, issuedAt: UnixMillis, expiresAt: UnixMillis
    ) -> String {
        let key = keys.signing
        let claims = TokenClaims(
            keyID: key.id, pack: pack, uid: uid, subject: subject, issuedAt: issuedAt, expiresAt: expiresAt)
        let signed = claims.encoded()
        let mac = HMAC<SHA256>.authenticationCode(for: Self.context + signed, using: key.secret)
        return Self.prefix + Base64URL.encode(signed + Array(mac))
    }

    /// The claims of a token whose signature holds; TOKEN_INVALID otherwise. Time and caller are checked by `admit`.
    public func open(_ token: String) throws(ProductError) -> TokenClaims {
        let invalid = ProductError(.tokenInvalid, "the download token is not valid; issue a new one")
        guard token.utf8.count <= Self.maximumLength, token.hasPrefix(Self.prefix),
            let bytes = Base64URL.decode(token.dropFirst(Self.prefix.count)),
            bytes.count > TokenClaims.macLength
        else { throw invalid }
        let signed = bytes.dropLast(TokenClaims.macLength)
        guard let claims = TokenClaims(signed), let key = keys.key(claims.keyID),
            HMAC<SHA256>.isValidAuthenticationCode(
                bytes.suffix(TokenClaims.macLength), authenticating: Self.context + signed, using: key.secret)
        else { throw invalid }
        return claims
    }
}

extension TokenClaims {
    /// Checks the token's time, then its caller and subject, in the contract's order.
    func admit(uid: UInt32, subject: String?, now: UnixMillis) throws(ProductError) {
        guard now < expiresAt else {
            throw ProductError(.tokenExpired, "the download token has expired; issue a new one")
        }
        guard self.uid == uid, self.subject == subject else {
            throw ProductError(.tokenCaller, "the download token was issued to another caller; issue one of your own")
        }
    }
}

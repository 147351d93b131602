import Crypto
package import Domain

/// Issues and opens download tokens with the keys in force.
package struct TokenSigner: Sendable {
    private static let context = Array("reviewpack download token\0".utf8)

    let keys: TokenKeys

    package init(keys: TokenKeys) { self.keys = keys }

    /// A token for `pack` that only the same caller (and subject) can use, until `expiresAt`.
    package func issue(
        pack: PackID, uid: UInt32, subject: ExactText?, issuedAt: UnixMillis, expiresAt: UnixMillis
    ) -> String {
        let key = keys.signing
        let claims = TokenClaims(
            keyID: key.id, pack: pack, uid: uid, subject: subject, issuedAt: issuedAt, expiresAt: expiresAt)
        let mac = HMAC<SHA256>.authenticationCode(for: Self.context + claims.encoded(), using: key.secret)
        return SealedToken(claims: claims, mac: Array(mac)).text
    }

    /// The claims of a token whose signature holds; TOKEN_INVALID otherwise. Time and caller are checked by `admit`.
    // Plain throws here and in `admit`: with typed ones, inlined into the coroutine of a download, the optimiser of
    // Swift 6.3 ends with a signal.
    package func open(_ token: String) throws -> TokenClaims {
        guard let sealed = SealedToken(token), let key = keys.key(sealed.claims.keyID),
            HMAC<SHA256>.isValidAuthenticationCode(
                sealed.mac, authenticating: Self.context + sealed.signed, using: key.secret)
        else { throw Self.invalid }
        return sealed.claims
    }

    /// TOKEN_INVALID once the key that signed opened claims is out of force: what goes on by a token ends with its key.
    func requireKey(of claims: TokenClaims) throws {
        guard keys.key(claims.keyID) != nil else { throw Self.invalid }
    }

    private static var invalid: ProductError {
        ProductError(.tokenInvalid, "the download token is not valid; issue a new one")
    }
}

extension TokenClaims {
    /// How far the clock may stand before the moment of issue, as it does when it is corrected a little.
    private static let clockTolerance: Int64 = 60_000

    /// Checks the token's time, then its caller and subject.
    ///
    /// A token of the future was issued before the clock was set back: it would live longer than it was meant to.
    func admit(uid: UInt32, subject: ExactText?, now: UnixMillis) throws {
        guard issuedAt <= now.advanced(byMilliseconds: Self.clockTolerance) else {
            throw ProductError(
                .tokenExpired, "the download token is from before the clock was set back; issue a new one")
        }
        guard now < expiresAt else {
            throw ProductError(.tokenExpired, "the download token has expired; issue a new one")
        }
        guard self.uid == uid, self.subject == subject else {
            throw ProductError(.tokenCaller, "the download token was issued to another caller; issue one of your own")
        }
    }
}

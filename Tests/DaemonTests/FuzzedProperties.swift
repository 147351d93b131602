import Bytes
import Domain

@testable import Daemon

/// What holds for any text that a caller presents as a token; the fuzz target `tokens` and `TokenCorpusTests` check it.
///
/// It reaches everything before the MAC, which a fuzzer cannot guess.
enum FuzzedProperties {
    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        // The bytes that are signed: whoever reads them must read all of them, in one way.
        if let claims = TokenClaims(Array(input)[...]) {
            guard claims.encoded().elementsEqual(input) else { return "these bytes and others are the same claims" }
            let sealed = SealedToken(
                claims: claims, mac: Array(repeating: input.last ?? 0, count: TokenClaims.macLength))
            if (claims.subject?.utf8.count ?? 0) <= 256, SealedToken(sealed.text)?.claims != claims {
                return "a token does not read as what it was made of"
            }
        }
        let characters = String(decoding: input, as: UTF8.self)
        if let bytes = Base64URL.decode(characters), Base64URL.encode(bytes) != characters {
            return "this text and another one are the same bytes in base64url"
        }
        guard let sealed = SealedToken(characters) else { return nil }
        guard sealed.text.utf8.elementsEqual(characters.utf8) else {
            return "this text and another one are the same token"
        }
        guard sealed.mac.count == TokenClaims.macLength else { return "a MAC of another length was taken" }
        guard sealed.claims.encoded() == sealed.signed else { return "what is signed is not what is believed" }
        return nil
    }
}

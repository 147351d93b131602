import Bytes
import Crypto
import Domain
import TestTags
import Testing

@testable import Daemon

/// Everything that somebody could make of tokens that they hold: none of it opens.
@Suite("Forged tokens", .tags(.access, .hostileInput))
struct TokenForgeryTests {
    static let issued = UnixMillis(1_772_337_906_000)
    static let pack = PackID(high: 0x0189_0a5d_ac96_774b, low: 0xbcce_b302_099a_8057)
    static let otherPack = PackID(high: 0x0189_0a5d_ac96_774b, low: 0xbcce_b302_099a_8058)
    static let older = TokenKey.make(at: Self.issued.advanced(byMinutes: -10))
    static let newer = TokenKey.make(at: Self.issued)
    // swift-format-ignore: NeverUseForceTry
    static let signer = try! TokenSigner(keys: TokenKeys([older, newer]))

    static func token(
        pack: PackID = pack, uid: UInt32 = 1000, subject: ExactText? = nil, minutes: Int = 60,
        signer: TokenSigner = signer
    ) -> String {
        signer.issue(
            pack: pack, uid: uid, subject: subject, issuedAt: issued, expiresAt: issued.advanced(byMinutes: minutes))
    }

    /// The reason for which a token does not open, or nil.
    static func refusal(of token: String, by signer: TokenSigner = signer) -> Reason? {
        do {
            _ = try signer.open(token)
            return nil
        } catch { return (error as? ProductError)?.reason }
    }

    @Test(
        "with any bit of what is signed, or of the MAC, changed", arguments: [nil, "alice@example.org"] as [ExactText?])
    func everyBit(subject: ExactText?) throws {
        let token = Self.token(subject: subject)
        #expect(Self.refusal(of: token) == nil)
        let bytes = try #require(Base64URL.decode(token.dropFirst(4)))
        for bit in 0..<bytes.count * 8 {
            var forged = bytes
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            let text = "rp1." + Base64URL.encode(forged)
            #expect(Self.refusal(of: text) == .tokenInvalid, "bit \(bit % 8) of byte \(bit / 8)")
        }
    }

    @Test("with any bit of any character changed")
    func everyBitOfTheText() {
        let token = Array(Self.token(subject: "s").utf8)
        for bit in 0..<token.count * 8 {
            var forged = token
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            let text = String(decoding: forged, as: UTF8.self)
            #expect(Self.refusal(of: text) == .tokenInvalid, "bit \(bit % 8) of character \(bit / 8)")
        }
    }

    @Test("cut off at either end anywhere, or with anything added at either end or in between")
    func everyLength() {
        let token = Self.token()
        for count in 0..<token.count {
            #expect(Self.refusal(of: String(token.prefix(count))) == .tokenInvalid, "the first \(count) characters")
            #expect(Self.refusal(of: String(token.suffix(count))) == .tokenInvalid, "the last \(count) characters")
        }
        for more in ["A", "AA", "AAA", "AAAA", "=", " ", "\n", "\0", "\u{301}", token] {
            for place in [0, 3, 4, 50, token.count] {
                let text = String(token.prefix(place)) + more + String(token.dropFirst(place))
                #expect(Self.refusal(of: text) == .tokenInvalid, "\(more.debugDescription) at \(place)")
            }
        }
    }

    @Test("with the id of another key in force, or of none")
    func keyIDs() throws {
        let genuine = try #require(SealedToken(Self.token()))
        #expect(genuine.claims.keyID == Self.newer.id)
        for id in [Self.older.id, 0, .max, Self.newer.id.byteSwapped] {
            var claims = genuine.claims
            claims.keyID = id
            #expect(Self.refusal(of: SealedToken(claims: claims, mac: genuine.mac).text) == .tokenInvalid)
        }
    }

    @Test("with a field of another genuine token under the MAC of this one")
    func swappedFields() throws {
        let genuine = try #require(SealedToken(Self.token(subject: "alice")))
        let changes: [(inout TokenClaims) -> Void] = [
            { $0.pack = Self.otherPack }, { $0.uid = 1001 }, { $0.uid = 0 }, { $0.subject = nil },
            { $0.subject = "bob" }, { $0.subject = "Alice" }, { $0.issuedAt = $0.issuedAt.advanced(byMinutes: 1) },
            { $0.expiresAt = .latest }, { $0.expiresAt = $0.expiresAt.advanced(byMilliseconds: 1) },
        ]
        for (index, change) in changes.enumerated() {
            var claims = genuine.claims
            change(&claims)
            let forged = SealedToken(claims: claims, mac: genuine.mac).text
            #expect(Self.refusal(of: forged) == .tokenInvalid, "change \(index)")
        }
        for other in [Self.token(pack: Self.otherPack, subject: "alice"), Self.token(uid: 1001, subject: "alice")] {
            let mac = try #require(SealedToken(other)).mac
            #expect(Self.refusal(of: SealedToken(claims: genuine.claims, mac: mac).text) == .tokenInvalid)
        }
    }

    @Test("of another daemon's keys, also when they have the same id")
    func otherKeys() throws {
        let stranger = try TokenSigner(keys: TokenKeys([TokenKey.make(at: Self.issued)]))
        #expect(Self.refusal(of: Self.token(signer: stranger)) == .tokenInvalid)
        let twin = TokenKey(id: Self.newer.id, createdAt: Self.issued, secret: .init(size: .bits256))
        let impostor = try TokenSigner(keys: TokenKeys([twin]))
        #expect(Self.refusal(of: Self.token(signer: impostor)) == .tokenInvalid)
    }

    @Test("a clock that was set back to before a token was issued makes none live longer, a little apart")
    func clockSetBack() throws {
        let claims = try Self.signer.open(Self.token())
        func refusal(atSeconds seconds: Int64) -> Reason? {
            do {
                try claims.admit(
                    uid: 1000, subject: nil, now: Self.issued.advanced(byMilliseconds: seconds * 1000))
                return nil
            } catch { return (error as? ProductError)?.reason }
        }
        #expect(refusal(atSeconds: 0) == nil)
        #expect(refusal(atSeconds: -60) == nil)
        #expect(refusal(atSeconds: -61) == .tokenExpired)
        #expect(refusal(atSeconds: -400 * 86_400) == .tokenExpired)
        #expect(refusal(atSeconds: 3599) == nil)
        #expect(refusal(atSeconds: 3600) == .tokenExpired)
        #expect(refusal(atSeconds: 400 * 86_400) == .tokenExpired)
    }
}

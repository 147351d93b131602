import Domain
import TestTags
import Testing

@testable import Daemon

@Suite("Download tokens", .tags(.access))
struct TokenTests {
    static let issued = UnixMillis(1_772_337_906_000)
    static let pack = PackID(high: 0x0189_0a5d_ac96_774b, low: 0xbcce_b302_099a_8057)
    // swift-format-ignore: NeverUseForceTry
    let signer = try! TokenSigner(keys: TokenKeys([TokenKey.make(at: Self.issued)]))

    func token(subject: ExactText? = nil) -> String {
        signer.issue(
            pack: Self.pack, uid: 1000, subject: subject, issuedAt: Self.issued,
            expiresAt: Self.issued.advanced(byMinutes: 60))
    }

    @Test("open as the claims they were issued with", arguments: [nil, "alice@example.org"] as [ExactText?])
    func roundTrip(subject: ExactText?) throws {
        let claims = try signer.open(token(subject: subject))
        #expect(claims.pack == Self.pack)
        #expect(claims.uid == 1000)
        #expect(claims.subject == subject)
        #expect(claims.issuedAt == Self.issued)
        #expect(claims.expiresAt == Self.issued.advanced(byMinutes: 60))
    }

    @Test("with any single character changed are invalid")
    func everyCharacterCounts() {
        let token = Array(token(subject: "s").utf8)
        for position in token.indices {
            for replacement in [UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "=")]
            where token[position] != replacement {
                var forged = token
                forged[position] = replacement
                let text = String(decoding: forged, as: UTF8.self)
                if (try? signer.open(text)) != nil { Issue.record("position \(position) may be changed") }
            }
        }
    }

    @Test("cut short, lengthened, empty or huge are invalid, with the reason TOKEN_INVALID")
    func lengths() {
        let token = token()
        for text in [String(token.dropLast()), token + "A", "", "rp1.", token.dropFirst().description]
            + [String(repeating: "A", count: 1 << 20)]
        {
            #expect(throws: ProductError(.tokenInvalid, "the download token is not valid; issue a new one")) {
                try signer.open(text)
            }
        }
    }

    @Test("of a key that is no longer in force are invalid; of one that was rotated they still open")
    func rotation() throws {
        let old = try TokenKeys([TokenKey.make(at: Self.issued)])
        let token = TokenSigner(keys: old).issue(
            pack: Self.pack, uid: 1, subject: nil, issuedAt: Self.issued, expiresAt: .latest)
        let hour: Int64 = 3_600_000
        let rotated = try old.rotated(at: Self.issued.advanced(byMilliseconds: 10), overlapMilliseconds: hour)
        #expect(rotated.keys.count == 2)
        #expect(try TokenSigner(keys: rotated).open(token).uid == 1)
        let later = try rotated.rotated(
            at: Self.issued.advanced(byMilliseconds: 2 * hour), overlapMilliseconds: hour)
        #expect(throws: ProductError.self) { try TokenSigner(keys: later).open(token) }
    }

    @Test(
        "are refused by time, then by caller, then by subject",
        arguments: [
            (0, 1000, nil, nil), (3_599_999, 1000, nil, nil), (3_600_000, 1000, nil, Reason.tokenExpired),
            (3_600_000, 1001, nil, .tokenExpired), (0, 1001, nil, .tokenCaller), (0, 1000, "alice", .tokenCaller),
        ] as [(Int64, UInt32, ExactText?, Reason?)])
    func admission(elapsed: Int64, uid: UInt32, subject: ExactText?, refusal: Reason?) throws {
        let claims = try signer.open(token())
        let result = Result {
            try claims.admit(uid: uid, subject: subject, now: Self.issued.advanced(byMilliseconds: elapsed))
        }
        switch result {
        case .success: #expect(refusal == nil)
        case .failure(let error): #expect((error as? ProductError)?.reason == refusal)
        }
    }

    @Test("a key file reads back as the keys it was written from")
    func keyFile() throws {
        let keys = try TokenKeys([
            TokenKey.make(at: Self.issued), TokenKey.make(at: Self.issued.advanced(byMinutes: 1)),
        ])
        let read = try TokenKeys(fileContents: keys.fileContents)
        #expect(read.keys.map(\.id) == keys.keys.map(\.id))
        #expect(read.fileContents == keys.fileContents)
    }

    @Test(
        "a key file that cannot be used says where",
        arguments: [
            ("", "the key file holds no key"), ("# only a comment\n", "the key file holds no key"),
            (
                "v2 0000000000000001 2026-01-01T00:00:00Z aa\n",
                "line 1 of the key file is not `v1 KEY-ID CREATED-AT SECRET`"
            ),
            ("# c\nv1 1 2026-01-01T00:00:00Z aa\n", "line 2 of the key file is not `v1 KEY-ID CREATED-AT SECRET`"),
        ])
    func badKeyFiles(text: String, complaint: String) {
        do {
            _ = try TokenKeys(fileContents: text)
            Issue.record("it was read")
        } catch { #expect(error.what == complaint) }
    }
}

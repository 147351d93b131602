import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

@Suite("A subject in another spelling", .tags(.access))
struct SpelledSubjectTests {
    private static let normalised = "jos\u{E9}@example.org"
    private static let other = "jose\u{301}@example.org"

    @Test("is refused where it enters, with what to do: spoken for, granted, told of; revoking it is not")
    func entering() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let principal = Proto.Principal(kind: .subject(Self.other))
        let target = Proto.BindingTarget(kind: .tenant(ServiceFixture.contoso))
        let calls: [@Sendable () async throws -> Void] = [
            {
                _ = try await fixture.call(
                    Methods.directoryServiceWhoAmI, Proto.WhoAmIRequest(), onBehalfOf: Self.other)
            },
            {
                _ = try await fixture.call(
                    Methods.directoryServiceGrantRole,
                    Proto.GrantRoleRequest(principal: principal, role: .viewer, target: target))
            },
            {
                _ = try await fixture.call(
                    Methods.notificationServiceCreateAlertRule,
                    Proto.CreateAlertRuleRequest(event: "review_pack.ready", target: target, receiver: principal))
            },
        ]
        for call in calls {
            do {
                try await call()
                Issue.record("it was let in")
            } catch let failure as RPCFailure {
                #expect(failure.code == .invalidArgument && failure.message.contains("NFC"))
            }
        }
        try await fixture.grant(.viewer, to: .subject(ExactText(Self.normalised)))
        let reason = await fixture.reason {
            _ = try await fixture.call(
                Methods.directoryServiceRevokeRole,
                Proto.RevokeRoleRequest(principal: principal, role: .viewer, target: target))
        }
        #expect(reason == "NOT_FOUND")
    }

    @Test("has no use for the other's token, and its reads are not taken for the other's")
    func tokens() throws {
        let signer = try TokenSigner(keys: TokenKeys([TokenKey.make(at: TokenTests.issued)]))
        func claims(_ subject: String) throws -> TokenClaims {
            try signer.open(
                signer.issue(
                    pack: TokenTests.pack, uid: 9, subject: ExactText(subject), issuedAt: TokenTests.issued,
                    expiresAt: .latest))
        }
        let mine = try claims(Self.normalised)
        try mine.admit(uid: 9, subject: ExactText(Self.normalised), now: TokenTests.issued)
        #expect(throws: ProductError.self) {
            try mine.admit(uid: 9, subject: ExactText(Self.other), now: TokenTests.issued)
        }
        let ledger = DownloadLedger()
        ledger.note(mine)
        #expect(ledger.knows(mine))
        #expect(try !ledger.knows(claims(Self.other)))
    }

    @Test(
        "of the metadata's own name is another name, but for the case of ASCII letters",
        arguments: [
            ("reviewpack-on-behalf-of", true), ("ReviewPack-On-Behalf-Of", true),
            ("reviewpac\u{212A}-on-behalf-of", false), ("reviewpack-on-behalf-of\u{301}", false),
        ])
    func metadata(_ name: String, _ isMeant: Bool) throws {
        let call = ServerCall(
            peer: ServiceFixture.root, descriptor: try #require(MethodTable.rows.first?.descriptor),
            metadata: [(name, "alice")], send: { _ in })
        #expect(call.metadataValues(CallContext.onBehalfOfKey) == (isMeant ? ["alice"] : []))
    }
}

import Domain
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("The card", .tags(.packs, .access))
struct CardTests {
    /// The card's five states; a generation shows alike whether it waits or runs.
    static let states: [PackStatus?] = [nil, .queued, .generating, .ready, .failed, .expired]

    /// Who looks. The number is the uid; 0 is an administrator.
    static let viewers: [(role: String, uid: UInt32)] = [
        ("viewer", 1001), ("manager", 1002), ("owner", 1003), ("administrator", 0),
    ]

    /// The card's actions, word for word: label, then command with T and P for tenant and pack.
    static func expected(_ state: PackStatus?, manages: Bool) -> [String] {
        let manage = manages ? 1 : 0
        return switch state {
        case nil: ["Generate: reviewpackctl generate T"].suffix(manage)
        case .queued, .generating: []
        case .ready:
            ["Download: reviewpackctl download P"]
                + ["Generate new: reviewpackctl generate T --regenerate P"].suffix(manage)
        case .failed: ["Retry: reviewpackctl generate T --pii --operations"].suffix(manage)
        case .expired: ["Generate new: reviewpackctl generate T --regenerate P"].suffix(manage)
        }
    }

    @Test("names for each state what each role may do next", arguments: states)
    func actions(state: PackStatus?) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        for (role, uid) in Self.viewers where uid > 0 {
            try await fixture.grant(try #require(Role(word: role)), to: .user(uid: uid))
        }
        var pack: PackRecord?
        if let state { pack = try await fixture.makePack(state) }
        for (role, uid) in Self.viewers {
            let card = try await fixture.call(
                Methods.reviewPackServiceGetCard, Proto.GetCardRequest(tenant: ServiceFixture.contoso),
                as: uid == 0 ? ServiceFixture.root : ServiceFixture.peer(uid))
            let shown = card.actions.map { action in
                "\(action.label): "
                    + action.command.replacing(ServiceFixture.contoso, with: "T")
                    .replacing(pack?.id.description ?? "-", with: "P")
            }
            #expect(shown == Self.expected(state, manages: role != "viewer"), "\(role)")
            #expect(card.pack?.status.word == state?.word, "\(role)")
            #expect((card.progress != nil) == (state == .queued || state == .generating))
            #expect((card.failureMessage != nil) == (state == .failed))
            #expect(card.failureMessage?.contains("/") != true)
        }
    }

    @Test("tries a pack without personal data again without personal data")
    func retryKeepsOptions() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let id = try #require(TenantExternalID(ServiceFixture.contoso))
        let tenant = try #require(try await fixture.store.tenant(externalID: id))
        let options = PackOptions(includePII: false, includeOperations: false)
        let pack = try await fixture.store.requestGeneration(
            GenerationRequest(tenantID: tenant.id, options: options, retentionDays: 90), stamp: .system
        ).pack
        _ = try await fixture.store.failPack(pack.id, reason: .ioError)
        let card = try await fixture.call(
            Methods.reviewPackServiceGetCard, Proto.GetCardRequest(tenant: ServiceFixture.contoso))
        #expect(
            card.actions.map(\.command) == ["reviewpackctl generate \(ServiceFixture.contoso) --no-pii --no-operations"]
        )
    }

    @Test("is for those who may view: a collector is refused, a stranger finds nothing", arguments: states)
    func others(state: PackStatus?) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.grant(.collector, to: .user(uid: 1004))
        if let state { _ = try await fixture.makePack(state) }
        func look(_ uid: UInt32) async -> String? {
            await fixture.reason {
                _ = try await fixture.call(
                    Methods.reviewPackServiceGetCard, Proto.GetCardRequest(tenant: ServiceFixture.contoso),
                    as: ServiceFixture.peer(uid))
            }
        }
        #expect(await look(1004) == "CAPABILITY_REQUIRED")
        #expect(await look(1005) == "NOT_FOUND")
    }

    @Test("a pack past its time shows as expired before any prune ran")
    func pastDue() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        _ = try await fixture.makePack(.ready)
        fixture.advance(days: 90)
        let card = try await fixture.call(
            Methods.reviewPackServiceGetCard, Proto.GetCardRequest(tenant: ServiceFixture.contoso))
        #expect(card.pack?.status == .expired)
        #expect(card.actions.map(\.label) == ["Generate new"])
    }
}

import Bytes
import Domain
import Evidence
import GRDB
import TestTags
import Testing

@testable import Storage

/// The same name in two spellings, which Swift's Strings take for equal.
enum Spelling {
    static let normalised: ExactText = "jos\u{E9}@example.org"
    static let other: ExactText = "jose\u{301}@example.org"
}

@Suite("Two spellings of one name", .tags(.access))
struct SpellingTests {
    private func stamp(_ subject: ExactText, request: UInt64? = nil) -> ActionStamp {
        ActionStamp(
            actor: Actor(uid: 9, onBehalfOf: subject), method: "Generate",
            requestID: request.map { RequestID(high: 1, low: $0) }, requestDigest: Digest256(hashing: [1]))
    }

    /// A binding as an earlier version took it.
    private func store(_ subject: ExactText, _ role: Role, on tenant: TenantRecord, _ test: TestStore) async throws {
        try await test.store.write {
            try $0.execute(
                """
                INSERT INTO role_binding (principal, role, scope, tenant, created_at)
                VALUES (?, ?, 3, (SELECT number FROM tenant WHERE id = ?), 0)
                """, [Principal.subject(subject), role, tenant.id])
            $0.noteAccess(.granted(RoleBinding(principal: .subject(subject), role: role, scope: .tenant(tenant.id))))
        }
    }

    @Test("have the rights that were given to each, and not the other's")
    func rights() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.store.grant(
            RoleBinding(principal: .subject(Spelling.normalised), role: .viewer, scope: .tenant(tenant.id)),
            stamp: TestStore.owner)
        func capabilities(_ subject: ExactText) -> Set<Capability> {
            test.store.access.capabilities(
                of: [.subject(subject)], inWorkspace: tenant.workspaceID, tenant: tenant.id
            ).capabilities
        }
        #expect(capabilities(Spelling.normalised) == [.viewReviewPacks] && capabilities(Spelling.other) == [])
        try await store(Spelling.other, .collector, on: tenant, test)
        #expect(capabilities(Spelling.normalised) == [.viewReviewPacks])
        #expect(capabilities(Spelling.other) == [.ingestTenantData])
    }

    @Test("are granted and told of in normalisation form C alone; a stored binding in another is listed and revoked")
    func entering() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let binding = RoleBinding(principal: .subject(Spelling.other), role: .viewer, scope: .tenant(tenant.id))
        let same = RoleBinding(principal: .subject(Spelling.normalised), role: .viewer, scope: .tenant(tenant.id))
        #expect(await reason { _ = try await test.store.grant(binding, stamp: TestStore.owner) } == .invalidField)
        #expect(
            await reason {
                _ = try await test.store.createAlertRule(
                    .packReady, scope: .tenant(tenant.id), receiver: .subject(Spelling.other), stamp: TestStore.owner)
            } == .invalidField)
        try await store(Spelling.other, .viewer, on: tenant, test)
        let listed = try await test.store.listBindings(of: .tenant(tenant.id), page: PageRequest(limit: 9)).items
        #expect(listed.map(\.binding) == [binding])
        #expect(await reason { try await test.store.revoke(same, stamp: TestStore.owner) } == .notFound)
        try await test.store.revoke(binding, stamp: TestStore.owner)
        #expect(test.store.access.bindings(of: [.subject(Spelling.other)]).isEmpty)
    }

    @Test("are told apart by the audit log, by notifications and by retry keys")
    func apart() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        for subject in [Spelling.normalised, Spelling.other] { try await store(subject, .manager, on: tenant, test) }
        let request = GenerationRequest(tenantID: tenant.id, options: PackOptions(), retentionDays: 90)
        let mine = try await test.store.requestGeneration(request, stamp: stamp(Spelling.normalised, request: 1)).pack
        _ = try await test.store.failPack(mine.id, reason: .timeout)
        let others = try await test.store.requestGeneration(request, stamp: stamp(Spelling.other, request: 1)).pack
        #expect(others.id != mine.id && others.initiator.onBehalfOf == Spelling.other)
        var filter = AuditFilter()
        filter.onBehalfOf = Spelling.normalised
        let events = try await test.store.listAuditEvents(filter, newestFirst: false, page: PageRequest(limit: 9)).items
        #expect(events.map(\.packID) == [mine.id, mine.id])
        #expect(events.allSatisfy { $0.actor.onBehalfOf == Spelling.normalised })
        #expect(try await test.store.unreadCount(for: [.subject(Spelling.normalised)]) == 1)
        #expect(try await test.store.unreadCount(for: [.subject(Spelling.other)]) == 0)
    }

    @Test("of denials are not counted as one person's")
    func denials() {
        var events = CountedEvents()
        func denial(_ subject: ExactText) -> Denial {
            Denial(actor: Actor(uid: 9, onBehalfOf: subject), method: "Get", reason: "NOT_FOUND")
        }
        _ = events.note(denial(Spelling.normalised), at: TestClock.start)
        _ = events.note(denial(Spelling.normalised), at: TestClock.start)
        _ = events.note(denial(Spelling.other), at: TestClock.start)
        #expect(events.drain(endedBy: nil).map(\.actor) == [Actor(uid: 9)])
    }

    @Test("are different names of a tenant and different hardening settings: each replaces the other")
    func replacing() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant(Spelling.other.text)
        let renamed = try await test.store.renameTenant(
            tenant.id, to: Spelling.normalised.text, stamp: TestStore.owner)
        #expect(ExactText(renamed.name) == Spelling.normalised)
        for (number, subject) in [Spelling.normalised, Spelling.other].enumerated() {
            let settings = HardeningSettings(canaryResults: [.init(name: "mailbox", result: subject.text)])
            let result = try await test.store.putHardening(
                settings, of: tenant.id, inputSHA256: Digest256(hashing: [UInt8(number)]), stamp: TestStore.owner)
            #expect(result.counts.unchanged == 0)
        }
    }
}

@Suite("Role bindings", .tags(.access))
struct BindingTests {
    @Test("count from the moment they are acknowledged, and end likewise")
    func immediate() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let binding = RoleBinding(principal: .user(uid: 7), role: .viewer, scope: .tenant(tenant.id))
        #expect(try await test.store.grant(binding, stamp: TestStore.owner))
        func isMember() -> Bool {
            test.store.access.capabilities(of: [.user(uid: 7)], inWorkspace: tenant.workspaceID, tenant: tenant.id)
                .isMember
        }
        #expect(isMember())
        try await test.store.revoke(binding, stamp: TestStore.owner)
        #expect(!isMember())
    }

    @Test("granting twice changes and writes nothing; revoking what is not there is NOT_FOUND")
    func idempotence() async throws {
        let test = try TestStore()
        let workspace = try await test.workspace()
        let binding = RoleBinding(principal: .group(gid: 3), role: .owner, scope: .workspace(workspace.id))
        #expect(try await test.store.grant(binding, stamp: TestStore.owner))
        let events = try await test.count("audit_event")
        #expect(try await test.store.grant(binding, stamp: TestStore.owner) == false)
        #expect(try await test.count("audit_event") == events)
        try await test.store.revoke(binding, stamp: TestStore.owner)
        #expect(await reason { try await test.store.revoke(binding, stamp: TestStore.owner) } == .notFound)
    }

    @Test("a role that has no meaning in a scope, and an unknown scope, are refused")
    func refusals() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pruner = RoleBinding(principal: .user(uid: 1), role: .pruner, scope: .tenant(tenant.id))
        #expect(await reason { _ = try await test.store.grant(pruner, stamp: TestStore.owner) } == .invalidField)
        let nowhere = RoleBinding(principal: .user(uid: 1), role: .viewer, scope: .tenant(TenantID(high: 0, low: 0)))
        #expect(await reason { _ = try await test.store.grant(nowhere, stamp: TestStore.owner) } == .notFound)
    }

    @Test("bindings of a scope are listed in pages, those of its tenants are not among them")
    func listing() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        for uid in 1...5 {
            _ = try await test.store.grant(
                RoleBinding(principal: .user(uid: UInt32(uid)), role: .viewer, scope: .workspace(tenant.workspaceID)),
                stamp: TestStore.owner)
        }
        _ = try await test.store.grant(
            RoleBinding(principal: .subject("alice"), role: .viewer, scope: .tenant(tenant.id)), stamp: TestStore.owner)
        let scope = AccessScope.workspace(tenant.workspaceID)
        let first = try await test.store.listBindings(of: scope, page: PageRequest(limit: 3))
        let second = try await test.store.listBindings(of: scope, page: PageRequest(limit: 3, after: first.next))
        #expect(first.items.count == 3 && second.items.count == 2 && second.next == nil)
        let onTenant = try await test.store.listBindings(of: .tenant(tenant.id), page: PageRequest(limit: 3)).items
        #expect(onTenant.map(\.binding.principal) == [.subject("alice")])
    }
}

import Bytes
import Domain
import Evidence
import Foundation
import GRDB
import TestTags
import Testing

@testable import Storage

@Suite("Asking for a pack", .tags(.packs))
struct GenerationRequestTests {
    @Test("the same evidence is reused: no row, no run, no event")
    func reuse() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let ready = try await test.complete(try await test.generate(tenant).pack)
        let before = [
            try await test.count("review_pack"), try await test.count("operation_run"),
            try await test.count("audit_event"),
        ]
        #expect(try await test.generate(tenant) == .reused(ready))
        #expect(try await test.generate(tenant, from: ready.id) == .reused(ready))
        let after = [
            try await test.count("review_pack"), try await test.count("operation_run"),
            try await test.count("audit_event"),
        ]
        #expect(before == after)
        #expect(try test.exports() == [ready.file])
    }

    @Test("an active generation refuses with its id, and a ready pack of the same evidence is named before that")
    func active() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let ready = try await test.complete(try await test.generate(tenant).pack)
        let other = PackOptions(includePII: false)
        let queued = try await test.generate(tenant, other).pack
        #expect(try await test.generate(tenant) == .reused(ready))
        do {
            _ = try await test.generate(tenant, other)
            Issue.record("a second generation began")
        } catch let error as ProductError {
            #expect(error.reason == .generationInProgress && error.metadata["pack"] == queued.id.description)
        }
    }

    @Test("of fifty callers at once exactly one creates a pack")
    func race() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let reasons = await withTaskGroup(of: Reason?.self) { group in
            for _ in 0..<50 { group.addTask { await reason { _ = try await test.generate(tenant) } } }
            return await group.reduce(into: [Reason?]()) { $0.append($1) }
        }
        #expect(reasons.count { $0 == nil } == 1)
        #expect(reasons.count { $0 == .generationInProgress } == 49)
        #expect(try await test.count("review_pack") == 1)
    }

    @Test("a uid whose share is full is refused, after reuse and the tenant's own generation were looked at")
    func share() async throws {
        let test = try TestStore()
        let tenants = [
            try await test.tenant("A", number: 1), try await test.tenant("B", number: 2),
            try await test.tenant("C", number: 3),
        ]
        let ready = try await test.complete(try await test.generate(tenants[2]).pack)
        func ask(_ tenant: TenantRecord, uid: UInt32) async throws -> GenerationOutcome {
            try await test.store.requestGeneration(
                GenerationRequest(tenantID: tenant.id, options: PackOptions(), retentionDays: 90, activeLimit: 1),
                stamp: ActionStamp(actor: Actor(uid: uid), method: "Generate"))
        }
        let first = try await ask(tenants[0], uid: 5).pack
        #expect(await reason { _ = try await ask(tenants[1], uid: 5) } == .jobLimit)
        #expect(await reason { _ = try await ask(tenants[0], uid: 5) } == .generationInProgress)
        #expect(try await ask(tenants[2], uid: 5) == .reused(ready))
        #expect(try await ask(tenants[1], uid: 6).pack.storedStatus == .queued)
        _ = try await test.store.failPack(first.id, reason: .timeout)
        #expect(try await ask(tenants[0], uid: 5).pack.storedStatus == .queued)
    }

    @Test("an expired, failed or past-due pack with the same evidence allows a new one")
    func again() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let first = try await test.complete(try await test.generate(tenant, days: 10).pack)
        _ = try await test.store.expirePack(first.id, stamp: TestStore.owner)
        let second = try await test.generate(tenant, days: 10).pack
        #expect(second.fingerprint == first.fingerprint && second.id != first.id)
        _ = try await test.store.failPack(second.id, reason: .ioError)
        let third = try await test.complete(try await test.generate(tenant, days: 10).pack)
        test.clock.advance(days: 10)
        guard case .created(let fourth) = try await test.generate(tenant) else {
            Issue.record("a pack past its time was reused")
            return
        }
        // The pack past its time was expired on the way, and its bytes are gone.
        let expired = try await test.store.pack(third.id)
        #expect(expired?.storedStatus == .expired && expired?.file == nil)
        #expect(try test.exports() == [])
        #expect(fourth.previousFingerprint == nil)
    }

    @Test("another option is other evidence; regenerating a changed tenant remembers the fingerprint before")
    func regenerate() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let first = try await test.complete(try await test.generate(tenant).pack)
        let second = try await test.complete(
            try await test.generate(tenant, PackOptions(includeOperations: false)).pack)
        #expect(first.fingerprint != second.fingerprint)
        try await test.change(tenant)
        let third = try await test.generate(tenant, first.options, from: first.id).pack
        #expect(third.previousFingerprint == first.fingerprint)
        let stranger = try await test.tenant("Other", number: 2)
        #expect(await reason { _ = try await test.generate(stranger, from: first.id) } == .notFound)
    }

    @Test("a retry with the same request id names the pack that the first one created")
    func retry() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let request = GenerationRequest(tenantID: tenant.id, options: PackOptions(), retentionDays: 90)
        let first = try await test.store.requestGeneration(request, stamp: TestStore.stamp("Generate", request: 4))
        let again = try await test.store.requestGeneration(request, stamp: TestStore.stamp("Generate", request: 4))
        #expect(first == again)
        #expect(
            await reason {
                _ = try await test.store.requestGeneration(
                    request, stamp: TestStore.stamp("Generate", request: 4, digest: "other"))
            } == .requestIDReused)
    }

    @Test("the fingerprint is the same after a restart and does not depend on clock, operations or name")
    func stability() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(20), into: tenant)
        let before = try await test.evidence(tenant).fingerprint
        test.clock.advance(days: 3)
        try await test.store.recordScan(
            ScanOutcome(type: .permissionPosture, startedAt: test.clock.now), of: tenant.id, stamp: TestStore.owner)
        _ = try await test.store.renameTenant(tenant.id, to: "New name", stamp: TestStore.owner)
        let again = try await test.reopened()
        #expect(try await again.evidence(tenant).fingerprint == before)
    }
}

@Suite("The evidence fingerprint", .tags(.packs, .determinism))
struct EvidenceFingerprintTests {
    @Test("the encoding never changes: known evidence has a known fingerprint")
    func golden() throws {
        let known = EvidenceFingerprint(
            tenantID: TenantID(high: 1, low: 2), options: PackOptions(includePII: true, includeOperations: false),
            permissionPosture: Digest256([UInt8](repeating: 7, count: 32)), entraAdminRoles: nil,
            newestLastSeenAt: UnixMillis(5), findingsRevision: .init([UInt8](repeating: 1, count: 32))!,
            hardening: HardeningSettings(
                scopeMode: "strict", lastCheckedAt: UnixMillis(3), canaryResults: [.init(name: "a", result: "b")],
                warnings: ["w", ""]))
        // Computed apart from this code, from the table at the top of EvidenceFingerprint.swift.
        let key = try #require(FingerprintKey(Array(0..<32)))
        #expect(
            known.digest(under: key).description == "db420d9bb0da757036d0e12e4e38792b59bb3a9e91c1b3f63d403611d24a537c")
        #expect(known.digest(under: .make()) != known.digest(under: .make()), "nobody computes it without the key")
    }

    @Test("every input changes it")
    func inputs() throws {
        let digest = Digest256(hashing: [1])
        let base = EvidenceFingerprint(
            tenantID: TenantID(high: 1, low: 2), options: PackOptions(), permissionPosture: nil, entraAdminRoles: nil,
            newestLastSeenAt: nil, findingsRevision: .init(), hardening: nil)
        var all: [EvidenceFingerprint] = [base]
        func vary(_ change: (inout EvidenceFingerprint) -> Void) {
            var other = base
            change(&other)
            all.append(other)
        }
        vary { $0.tenantID = TenantID(high: 2, low: 1) }
        vary { $0.options.includePII = false }
        vary { $0.options.includeOperations = false }
        vary { $0.permissionPosture = digest }
        vary { $0.entraAdminRoles = digest }
        vary { $0.newestLastSeenAt = UnixMillis(0) }
        vary { $0.findingsRevision = .init([UInt8](repeating: 1, count: 32))! }
        vary { $0.hardening = HardeningSettings() }
        vary { $0.hardening = HardeningSettings(scopeMode: "") }
        vary { $0.hardening = HardeningSettings(lastCheckedAt: UnixMillis(0)) }
        vary { $0.hardening = HardeningSettings(lastSetupAt: UnixMillis(0)) }
        vary { $0.hardening = HardeningSettings(canaryResults: [.init(name: "a", result: "b")]) }
        vary { $0.hardening = HardeningSettings(warnings: ["a", "b"]) }
        vary { $0.hardening = HardeningSettings(warnings: ["ab"]) }
        let key = FingerprintKey.make()
        #expect(Set(all.map { $0.digest(under: key) }).count == all.count)
    }
}

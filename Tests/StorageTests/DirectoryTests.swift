import Domain
import Foundation
import GRDB
import Glibc
import TestTags
import Testing

@testable import Storage

@Suite("Workspaces and tenants", .tags(.access))
struct DirectoryTests {
    @Test("a workspace's name and a tenant's external id are taken once")
    func uniqueness() async throws {
        let test = try TestStore()
        _ = try await test.tenant()
        #expect(
            await reason { _ = try await test.store.createWorkspace(name: "contoso", stamp: TestStore.owner) }
                == .alreadyExists)
        #expect(await reason { _ = try await test.tenant("Other", number: 1, workspace: "fabrikam") } == .alreadyExists)
    }

    @Test(
        "names with control characters, too long or empty are refused", arguments: ["", " a", "a\u{7}", "a\u{202E}b"])
    func names(_ name: String) async throws {
        let test = try TestStore()
        #expect(
            await reason { _ = try await test.store.createWorkspace(name: name, stamp: TestStore.owner) }
                == .invalidField)
        let tenant = try await test.tenant()
        #expect(
            await reason { _ = try await test.store.renameTenant(tenant.id, to: name, stamp: TestStore.owner) }
                == .invalidField)
    }

    @Test("a retry with the same request id answers alike and writes nothing; with another request it is refused")
    func retries() async throws {
        let test = try TestStore()
        let first = try await test.store.createWorkspace(name: "a", stamp: TestStore.stamp(request: 1))
        let again = try await test.store.createWorkspace(name: "a", stamp: TestStore.stamp(request: 1))
        #expect(first == again)
        #expect(try await test.count("audit_event") == 1)
        #expect(
            await reason {
                _ = try await test.store.createWorkspace(name: "b", stamp: TestStore.stamp(request: 1, digest: "other"))
            } == .requestIDReused)
        // The key belongs to the caller and the method, and lasts a day.
        _ = try await test.store.createWorkspace(name: "b", stamp: TestStore.stamp("other", request: 1))
        test.clock.advance(days: 1)
        _ = try await test.store.createWorkspace(name: "c", stamp: TestStore.stamp(request: 1, digest: "other"))
    }

    @Test("a refused request leaves no audit event and no retry key")
    func refusalWritesNothing() async throws {
        let test = try TestStore()
        _ = try await test.workspace()
        let events = try await test.count("audit_event")
        _ = try? await test.store.createWorkspace(name: "contoso", stamp: TestStore.stamp(request: 1))
        #expect(try await test.count("audit_event") == events)
        #expect(try await test.count("idempotency") == 0)
    }

    @Test("lists show what is visible, in the order of names, page by page")
    func lists() async throws {
        let test = try TestStore()
        var tenants: [TenantRecord] = []
        for number in 1...5 { tenants.append(try await test.tenant("T\(number)", number: UInt64(number))) }
        let hidden = try await test.tenant("Hidden", number: 9, workspace: "fabrikam")
        let visible = VisibleScopes.some(workspaces: [], tenants: Set(tenants.map(\.id)))
        var names: [String] = []
        var cursor: TenantCursor?
        repeat {
            let page = try await test.store.listTenants(
                workspace: nil, visible: visible, page: PageRequest(limit: 2, after: cursor))
            names += page.items.map(\.name)
            cursor = page.next
        } while cursor != nil
        #expect(names == ["T1", "T2", "T3", "T4", "T5"])
        func all(_ visible: VisibleScopes) async throws -> [String] {
            try await test.store.listTenants(workspace: nil, visible: visible, page: PageRequest(limit: 9)).items.map(
                \.name)
        }
        #expect(try await all(.nothing) == [])
        #expect(try await all(.everything).count == 6)
        #expect(try await all(.some(workspaces: [hidden.workspaceID], tenants: [])) == ["Hidden"])
        let workspaces = try await test.store.listWorkspaces(visible: visible, page: PageRequest(limit: 9)).items
        #expect(workspaces.map(\.name) == ["contoso"])
    }

    @Test("a renamed tenant is found by its new name and keeps its id")
    func rename() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.pack(.failed, of: tenant)
        let renamed = try await test.store.renameTenant(tenant.id, to: "ÄRGER GmbH", stamp: TestStore.owner)
        #expect(renamed.id == tenant.id && renamed.name == "ÄRGER GmbH")
        var filter = PackFilter()
        filter.search = "ärger"
        let found = try await test.store.listPacks(
            filter, sort: .generatedAt, visible: .everything, page: PageRequest(limit: 9))
        #expect(found.items.map(\.tenantName) == ["ÄRGER GmbH"])
    }

    @Test("deleting a tenant takes its rows and bytes, keeps the audit events, and spares the others")
    func deletion() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let other = try await test.tenant("Other", number: 2)
        _ = try await test.pack(.ready, of: tenant)
        let kept = try await test.pack(.ready, of: other)
        _ = try await test.importFindings(Native.lines(5), into: tenant)
        _ = try await test.importFindings(Native.lines(3), into: other)
        let before = try await test.evidence(other)
        try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        #expect(try await test.store.tenant(tenant.id) == nil)
        #expect(try test.exports() == [kept.file])
        #expect(try await test.count("finding") == 3)
        #expect(try await test.count("finding_detail") == 3)
        #expect(try await test.evidence(other) == before)
        #expect(test.store.access.workspace(of: tenant.id) == nil)
        #expect(try await test.store.verifyAuditChain().isIntact)
        var filter = AuditFilter()
        filter.tenantID = tenant.id
        #expect(try await test.store.listAuditEvents(filter, page: PageRequest(limit: 99)).items.count > 3)
        _ = try await test.tenant("Again", number: 1)
    }

    @Test("a file that cannot be removed keeps no other; the deletion says so and the next prune finishes it")
    func deletionLeftover() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let kept = try await test.pack(.ready, of: tenant)
        test.clock.advance(minutes: 1)
        _ = try await test.pack(.ready, of: tenant)
        let folder = test.path(of: kept)
        #expect(unlink(folder) == 0 && mkdir(folder, 0o700) == 0)
        let outcome = try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        #expect(outcome.failure?.reason == .fileNotRemoved)
        #expect(try await test.store.tenant(tenant.id) == nil)
        #expect(try test.exports() == ["\(kept.id).zip"])
        #expect(rmdir(folder) == 0)
        try test.put("\(kept.id).zip")
        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        #expect(try test.exports() == [])
    }

    @Test("a workspace goes with its tenants; generations end as cancelled in the same step, and can publish nothing")
    func deletionCancels() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.generating, of: tenant)
        let waiting = try await test.pack(.queued, of: try await test.tenant("Other", number: 2))
        let bytes = Array("late".utf8)
        let file = try test.write(pack, bytes)
        let outcome = try await test.store.deleteWorkspace(tenant.workspaceID, stamp: TestStore.owner)
        #expect(outcome == DeletionOutcome(cancelled: [pack.id, waiting.id], failure: nil))
        let fingerprint = try #require(pack.fingerprint)
        #expect(
            await reason {
                _ = try await test.store.completePack(test.completion(pack, fingerprint, bytes), in: file)
            } == .notFound)
        #expect(try test.exports() == [])
        var filter = AuditFilter()
        filter.packID = pack.id
        let events = try await test.store.listAuditEvents(filter, page: PageRequest(limit: 9)).items
        #expect(events.map(\.action) == ["review_pack.fail", "review_pack.cancel", "review_pack.request"])
        #expect(try await test.store.workspace(tenant.workspaceID) == nil)
        #expect(try await test.count("tenant") == 0)
        #expect(
            await reason { try await test.store.deleteWorkspace(tenant.workspaceID, stamp: TestStore.owner) }
                == .notFound)
    }
}

import Bytes
import Domain
import Evidence
import Foundation
import GRDB
import Glibc
import Synchronization
import TestTags
import Testing

@testable import Storage

@Suite("The life of a pack", .tags(.packs))
struct PackLifeTests {
    @Test("a pack whose file cannot be removed is expired and says so; its path stays until the next prune removes it")
    func fileNotRemoved() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let path = test.path(of: pack)
        #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
        do {
            _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
            Issue.record("the expiry went through")
        } catch let error as ProductError {
            #expect(error.reason == .fileNotRemoved && error.metadata == ["pack": pack.id.description])
        }
        let expired = try #require(try await test.store.pack(pack.id))
        #expect(expired.storedStatus == .expired && expired.file == pack.file)
        #expect(
            await reason { _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner) } == .alreadyExpired)
        // As long as the folder is there, a prune does its other work and leaves the path.
        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        #expect(try await test.store.pack(pack.id)?.file == pack.file)
        #expect(rmdir(path) == 0)
        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        #expect(try await test.store.pack(pack.id)?.file == nil)
    }

    @Test("a finished pack is ready, with run, notification, digests and audit event, in one step")
    func ready() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let bytes = Array("the pack's bytes".utf8)
        let pack = try await test.complete(try await test.generate(tenant).pack, bytes: bytes)
        #expect(pack.storedStatus == .ready && pack.sha256 == Digest256(hashing: bytes))
        #expect(pack.expiresAt == test.clock.now.advanced(byDays: 90))
        #expect(pack.summary?.findingsOpen == 3 && pack.summary?.sources.first?.source == "prowler")
        #expect(pack.downloadName == "review-pack-\(tenant.externalID)-2026-03-01.zip")
        #expect(try await test.store.blockDigests(of: pack.id) == [Digest256(hashing: bytes)])
        let run = try await test.store.operationRun(pack.operationRunID, inSight: { _, _ in true })
        #expect(run?.run.status == .completed && run?.run.outcome == .succeeded && run?.packID == pack.id)
        let notes = try await test.store.listNotifications(
            for: [.user(uid: 1000)], unreadOnly: true, page: PageRequest(limit: 9)
        ).items
        #expect(notes.map(\.kind) == [.packReady] && notes[0].packID == pack.id)
        #expect(notes[0].body.contains("Contoso") && notes[0].action == "reviewpackctl show \(pack.id)")
        let reader = try test.store.files.openForReading(pack)
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = try buffer.withUnsafeMutableBytes { try reader.read(at: 4, into: $0) }
        #expect(Array(buffer.prefix(count)) == Array(bytes.dropFirst(4)))
    }

    @Test(
        "a failed generation has its reason in row, run and notification, without details",
        arguments: FailureReason.allCases)
    func failed(_ reason: FailureReason) async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let queued = try await test.generate(tenant).pack
        let pack = try await test.store.failPack(queued.id, reason: reason)
        #expect(pack.storedStatus == .failed && pack.failureReason == reason)
        let run = try await test.store.operationRun(pack.operationRunID, inSight: { _, _ in true })
        #expect(run?.run.outcome == .failed && run?.run.reasonCode == reason.rawValue)
        #expect(run?.run.context.contains("\"reason_code\":\"\(reason.rawValue)\"") == true)
        let note = try await test.store.listNotifications(
            for: [.user(uid: 1000)], unreadOnly: false, page: PageRequest(limit: 1)
        ).items.first
        #expect(note?.kind == .packFailed && note?.body.contains(reason.explanation) == true)
        // A second verdict changes nothing.
        #expect(try await test.store.failPack(queued.id, reason: .internalError).failureReason == reason)
    }

    @Test("a pack that turns out to equal another ready one is failed as superseded and names it; no bytes stay")
    func superseded() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let first = try await test.complete(try await test.generate(tenant).pack)
        let second = try await test.generate(tenant, PackOptions(includePII: false)).pack
        let generating = try await test.store.markGenerating(second.id)
        let file = try test.write(generating, [1, 2, 3])
        let outcome = try await test.store.completePack(
            test.completion(generating, try #require(first.fingerprint), [1, 2, 3]), in: file)
        #expect(outcome.storedStatus == .failed && outcome.failureReason == .superseded)
        #expect(outcome.supersededBy == first.id)
        #expect(try test.exports() == [first.file])
    }

    @Test("a pack past its time stands in for no new one: it is expired, and the new one is ready")
    func supersededByNone() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let old = try await test.complete(try await test.generate(tenant, days: 1).pack)
        let second = try await test.generate(tenant, PackOptions(includePII: false)).pack
        let generating = try await test.store.markGenerating(second.id)
        let file = try test.write(generating, [1, 2, 3])
        test.clock.advance(days: 2)
        let outcome = try await test.store.completePack(
            test.completion(generating, try #require(old.fingerprint), [1, 2, 3]), in: file)
        #expect(outcome.storedStatus == .ready)
        #expect(try await test.store.pack(old.id)?.storedStatus == .expired)
        #expect(try test.exports() == [outcome.file])
    }

    @Test("a pack that was failed meanwhile stays failed, and its late bytes are removed")
    func late() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.generating, of: tenant)
        let file = try test.write(pack, [1])
        _ = try await test.store.failPack(pack.id, reason: .timeout)
        let outcome = try await test.store.completePack(test.completion(pack, Digest256(hashing: [9]), [1]), in: file)
        #expect(outcome.failureReason == .timeout)
        #expect(try test.exports() == [])
    }

    @Test("expiring takes the bytes; a second time it is refused; a pack that was never ready is in the wrong state")
    func expire() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.ready, of: tenant)
        let expired = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        #expect(expired.storedStatus == .expired && expired.file == nil)
        #expect(try test.exports() == [])
        #expect(try await test.store.blockDigests(of: pack.id) == [])
        #expect(
            await reason { _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner) } == .alreadyExpired)
        let queued = try await test.pack(.queued, of: tenant)
        #expect(await reason { _ = try await test.store.expirePack(queued.id, stamp: TestStore.owner) } == .wrongState)
        #expect(
            await reason { _ = try await test.store.expirePack(PackID(high: 0, low: 0), stamp: TestStore.owner) }
                == .notFound)
    }

    @Test("a ready pack past its time answers as expired at once, and expiring it then still takes its bytes")
    func pastDue() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.ready, of: tenant, days: 1)
        test.clock.advance(days: 1, milliseconds: -1)
        #expect(pack.status(at: test.clock.now) == .ready)
        test.clock.advance(milliseconds: 1)
        #expect(pack.status(at: test.clock.now) == .expired)
        var filter = PackFilter()
        filter.statuses = [.expired]
        func listed() async throws -> [PackID] {
            try await test.store.listPacks(
                filter, sort: .status, visible: .everything, page: PageRequest(limit: 9)
            ).items.map(\.id)
        }
        #expect(try await listed() == [pack.id])
        filter.statuses = [.ready]
        #expect(try await listed() == [])
        #expect(try await test.store.expirePack(pack.id, stamp: TestStore.owner).storedStatus == .expired)
        #expect(try test.exports() == [])
    }

    @Test("only the edges of the life exist", arguments: PackStatus.allCases)
    func edges(_ status: PackStatus) async throws {
        let test = try TestStore()
        let pack = try await test.pack(status, of: try await test.tenant())
        let refusal = await reason { _ = try await test.store.markGenerating(pack.id) }
        #expect(refusal == (status == .queued ? nil : .wrongState))
    }

    @Test("watchers hear of each committed change in order")
    func watchers() async throws {
        let test = try TestStore()
        let heard = ChangeLog()
        test.store.observePacks { heard.note($0.status) }
        let pack = try await test.pack(.ready, of: try await test.tenant())
        _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        #expect(heard.statuses == [.queued, .generating, .ready, .expired])
    }
}

@Suite("Listing packs", .tags(.packs))
struct PackListTests {
    private func filled() async throws -> (TestStore, [PackRecord]) {
        let test = try TestStore()
        var packs: [PackRecord] = []
        for (number, status) in PackStatus.allCases.enumerated() {
            let tenant = try await test.tenant("Tenant \(number)", number: UInt64(number + 1))
            for _ in 0..<(status.isActive ? 1 : 2) {
                test.clock.advance(minutes: 1)
                packs.append(try await test.pack(status, of: tenant))
            }
        }
        return (test, packs)
    }

    private func all(
        _ test: TestStore, _ filter: PackFilter, _ sort: PackSort, _ visible: VisibleScopes = .everything,
        page size: Int = 3
    ) async throws -> [PackRecord] {
        var found: [PackRecord] = []
        var cursor: PackCursor?
        repeat {
            let page = try await test.store.listPacks(
                filter, sort: sort, visible: visible, page: PageRequest(limit: size, after: cursor))
            found += page.items
            cursor = page.next
        } while cursor != nil
        return found
    }

    @Test("pages neither repeat nor lose a pack, in both orders", arguments: PackSort.allCases, [1, 2, 3, 100])
    func pages(_ sort: PackSort, _ size: Int) async throws {
        let (test, packs) = try await filled()
        let found = try await all(test, PackFilter(), sort, page: size)
        #expect(Set(found.map(\.id)) == Set(packs.map(\.id)) && found.count == packs.count)
        let times = found.map { $0.generatedAt ?? $0.createdAt }
        switch sort {
        case .generatedAt: #expect(times == times.sorted(by: >))
        case .status: #expect(found.map(\.storedStatus.rawValue) == found.map(\.storedStatus.rawValue).sorted())
        }
    }

    @Test("filters by tenant, status, time and part of the tenant's name")
    func filters() async throws {
        let (test, packs) = try await filled()
        #expect(try await all(test, PackFilter(tenantID: packs[0].tenantID), .generatedAt).map(\.id) == [packs[0].id])
        for status in PackStatus.allCases {
            var filter = PackFilter()
            filter.statuses = [status]
            let found = try await all(test, filter, .generatedAt)
            #expect(Set(found.map(\.id)) == Set(packs.filter { $0.storedStatus == status }.map(\.id)))
        }
        let generated = packs.filter { $0.generatedAt != nil }
        var filter = PackFilter()
        filter.generatedAfter = generated[1].generatedAt
        filter.generatedBefore = generated[3].generatedAt
        #expect(try await all(test, filter, .generatedAt).map(\.id) == [generated[2].id, generated[1].id])
        filter = PackFilter()
        filter.search = "NANT 3"
        #expect(Set(try await all(test, filter, .status).map(\.tenantName)) == ["Tenant 3"])
        filter.search = "%"
        #expect(try await all(test, filter, .status) == [])
    }

    @Test("what is not visible is not there, in lists and by shortened id alike")
    func scopes() async throws {
        let (test, packs) = try await filled()
        let pack = packs[2]
        let visible = VisibleScopes.some(workspaces: [], tenants: [pack.tenantID])
        let found = try await all(test, PackFilter(), .generatedAt, visible)
        #expect(Set(found.map(\.tenantID)) == [pack.tenantID])
        #expect(try await all(test, PackFilter(), .generatedAt, .nothing) == [])
        let digits = pack.id.description.suffix(8)
        let fragment = try #require(IDFragment(digits))
        #expect(try await test.store.packs(matching: fragment, visible: visible, limit: 9).map(\.id) == [pack.id])
        #expect(try await test.store.packs(matching: fragment, visible: .nothing, limit: 9) == [])
        let prefix = try #require(IDFragment(pack.id.description.prefix(20)))
        #expect(try await test.store.packs(matching: prefix, visible: .everything, limit: 9).map(\.id) == [pack.id])
    }

    @Test("a pack that expires between two pages keeps its place", arguments: PackSort.allCases)
    func stablePages(_ sort: PackSort) async throws {
        let test = try TestStore()
        for number in 1...4 {
            _ = try await test.pack(
                .ready, of: try await test.tenant("T\(number)", number: UInt64(number)), days: number)
        }
        let first = try await test.store.listPacks(
            PackFilter(), sort: sort, visible: .everything, page: PageRequest(limit: 2))
        test.clock.advance(days: 3)
        let second = try await test.store.listPacks(
            PackFilter(), sort: sort, visible: .everything, page: PageRequest(limit: 2, after: first.next))
        #expect(Set((first.items + second.items).map(\.id)).count == 4)
    }

    @Test("fragments of ids", arguments: [("abcdef", true), ("abcde", false), ("ABC-DEF0", true), ("xyzxyz", false)])
    func fragments(_ text: String, _ isFragment: Bool) { #expect((IDFragment(text) != nil) == isFragment) }
}

@Suite("Pack files and crashes", .tags(.packs, .durability))
struct PackFileTests {
    @Test("a file that is dropped or aborted leaves nothing; two writers of one pack are impossible")
    func dropped() async throws {
        let test = try TestStore()
        let id = PackID(high: 1, low: 1)
        do {
            let pending = try test.store.files.begin(id)
            #expect(throws: (any Error).self) { _ = try test.store.files.begin(id) }
            #expect(try test.exports().count == 1)
            _ = pending.descriptor
        }
        #expect(try test.exports() == [])
        try test.store.files.begin(id).abort()
        #expect(try test.exports() == [])
    }

    @Test(
        "an error at any step of publishing leaves neither name",
        arguments: [
            FaultPoint.publishBeforeSync, .publishBeforeRename, .publishBeforeDirectorySync, .publishAfterDirectorySync,
        ])
    func publishFaults(_ point: FaultPoint) async throws {
        let test = try TestStore()
        let pack = try await test.pack(.generating, of: try await test.tenant())
        test.faults.arm(point)
        #expect(throws: (any Error).self) { _ = try test.write(pack, [1]) }
        #expect(try test.exports() == [])
    }

    @Test("a file of another size, and one that is gone, are corrupted", arguments: [true, false])
    func corrupted(_ gone: Bool) async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let path = test.path + "/exports/" + (try #require(pack.file))
        if gone { #expect(unlink(path) == 0) } else { #expect(truncate(path, 2) == 0) }
        #expect(await reason { _ = try test.store.files.openForReading(pack) } == .packCorrupted)
    }

    @Test("an error before the closing commit leaves the pack generating and no bytes; after it the pack is ready")
    func completeFaults() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let pack = try await test.pack(.generating, of: tenant)
        test.faults.arm(.completeBeforeCommit)
        let file = try test.write(pack, [1])
        let rendered = test.completion(pack, Digest256(hashing: [7]), [1])
        #expect(await reason { _ = try await test.store.completePack(rendered, in: file) } != nil)
        #expect(try await test.store.pack(pack.id)?.storedStatus == .generating)
        #expect(try test.exports() == [])
        #expect(try await test.count("notification") == 0)
        let retry = try test.write(pack, [1])
        test.faults.arm(.completeAfterCommit)
        await #expect(throws: (any Error).self) { _ = try await test.store.completePack(rendered, in: retry) }
        #expect(try await test.store.pack(pack.id)?.storedStatus == .ready)
        #expect(try test.exports() == [pack.id.description + ".zip"])
    }

    @Test(
        "after a crash a pack caught on the way is failed as interrupted and its bytes are gone; ready ones are whole")
    func interrupted() async throws {
        let test = try TestStore()
        let ready = try await test.pack(.ready, of: try await test.tenant("A", number: 1))
        let queued = try await test.pack(.queued, of: try await test.tenant("B", number: 2))
        let caught = try await test.pack(.generating, of: try await test.tenant("C", number: 3))
        // Published, but the process ends before the closing transaction; and one that is only half written.
        _ = try test.write(caught, [1, 2, 3])
        #expect(FileManager.default.createFile(atPath: test.path + "/exports/.\(queued.id).tmp", contents: Data([1])))
        let again = try await test.reopened()
        let report = try await again.store.recover()
        #expect(Set(report.interrupted) == [queued.id, caught.id] && report.orphanFiles == 2)
        for id in report.interrupted { #expect(try await again.store.pack(id)?.failureReason == .interrupted) }
        #expect(try again.exports() == [ready.file])
        #expect(try await again.store.pack(ready.id) == ready)
        let notes = try await again.store.listNotifications(
            for: [.user(uid: 1000)], unreadOnly: true, page: PageRequest(limit: 9)
        ).items
        #expect(notes.count { $0.kind == .packFailed } == 2)
        #expect(try await again.store.recover() == RecoveryReport())
    }

    @Test(
        "a crash at any step of expiring is finished by the next start",
        arguments: [
            FaultPoint.expireBeforeCommit, .expireAfterCommit, .expireAfterUnlink, .expireBeforePathCleared,
        ])
    func expireFaults(_ point: FaultPoint) async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        test.faults.arm(point)
        await #expect(throws: (any Error).self) { _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner) }
        let again = try await test.reopened()
        _ = try await again.store.recover()
        let found = try #require(try await again.store.pack(pack.id))
        if point == .expireBeforeCommit {
            #expect(found == pack)
            #expect(try again.exports() == [pack.file])
        } else {
            #expect(found.storedStatus == .expired && found.file == nil)
            #expect(try again.exports() == [])
        }
    }

    @Test("expiring a pack whose row was made to name a file elsewhere removes nothing there")
    func pathOutside() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let id = Hex.encode(pack.id.bytes)
        try await test.sql("UPDATE review_pack SET file_path = '../reviewpack.db' WHERE id = x'\(id)'")
        _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        #expect(access(test.path + "/reviewpack.db", F_OK) == 0)
        #expect(try await test.store.pack(pack.id)?.storedStatus == .expired)
    }

    @Test(
        "whoever removes a pack whose row was made to name another's file removes its own bytes, and no other's",
        arguments: ["expire", "prune", "start", "delete"])
    func pathOfAnother(by remover: String) async throws {
        let test = try TestStore()
        let victim = try await test.pack(.ready, of: try await test.tenant("Victim", number: 2))
        let tenant = try await test.tenant()
        let pack = try await test.pack(.ready, of: tenant, days: 1)
        let id = Hex.encode(pack.id.bytes)
        try await test.sql("UPDATE review_pack SET file_path = '\(victim.id).zip' WHERE id = x'\(id)'")
        switch remover {
        case "expire": _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        case "prune":
            test.clock.advance(days: 2)
            _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        case "start":
            try await test.sql("UPDATE review_pack SET status = 5 WHERE id = x'\(id)'")
            _ = try await test.store.recover()
        default: _ = try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        }
        #expect(try test.exports() == ["\(victim.id).zip"])
    }
}

/// What watchers heard.
final class ChangeLog: Sendable {
    private let heard = Mutex<[PackStatus]>([])
    func note(_ status: PackStatus) { heard.withLock { $0.append(status) } }
    var statuses: [PackStatus] { heard.withLock { $0 } }
}

import Bytes
import Domain
import Foundation
import GRDB
import Glibc
import Synchronization
import SystemIO
import TestTags
import Testing

@testable import Storage

@Suite("Backup and restore", .tags(.durability, .upkeep))
struct BackupTests {
    @Test("the archive is what tar unpacks into a state directory, and a check of that is sound")
    func restored() async throws {
        let test = try TestStore()
        let ready = try await test.pack(.ready, of: try await test.tenant())
        _ = try await test.pack(.expired, of: try await test.tenant("Fabrikam", number: 2))
        _ = try await test.pack(.generating, of: try await test.tenant("Adatum", number: 3))
        let archive = try await test.backup()
        #expect(archive.packs == 1)
        let restored = try await test.restore(archive)
        #expect(restored.names == [".", "MANIFEST.json", "exports", "exports/\(ready.id).zip", "reviewpack.db"])
        #expect(try restored.mode("reviewpack.db") == 0o600 && restored.mode("exports") == 0o700)
        #expect(try restored.mode("exports/\(ready.id).zip") == 0o600)

        let store = try restored.open()
        #expect(try await store.recover().interrupted.count == 1)
        let result = try await store.check(CheckOptions(readsData: true), stamp: TestStore.owner)
        #expect(result.isSound && result.packs == 1, "\(result.problems)")
        #expect(try await store.verifyAuditChain().isIntact)
        #expect(try await store.pack(ready.id) == ready)
        // The event of the backup itself is of the time after its snapshot.
        let last = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 1)).items[0]
        #expect(last.action == "system.backup" && last.details.contains(#""packs":"1""#))
    }

    @Test("whose manifest is larger than a piece is sent in pieces all the same")
    func pieces() throws {
        let text = (0..<3 * BackupArchive.pieceSize + 5).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var layout = BackupLayout(modifiedAt: TestClock.start)
        layout.add("MANIFEST.json", text)
        layout.add("empty", [])
        let parts = layout.finish()
        let sizes = parts.map(\.size)
        #expect(sizes.allSatisfy { $0 <= Int64(BackupArchive.pieceSize) })
        // A header, four pieces, padded to 512 bytes; a header; the end.
        #expect(sizes.count == 7 && sizes.reduce(0, +) == 512 + Int64(text.count + 507) + 512 + 1024)
        let content = parts.dropFirst().prefix(4).flatMap { part -> [UInt8] in
            if case .bytes(let bytes) = part { bytes } else { [] }
        }
        #expect(Array(content.prefix(text.count)) == text)
    }

    @Test("the manifest comes first and names each file's size and digest")
    func manifest() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let restored = try await test.restore(try await test.backup())
        let json = try #require(
            try JSONSerialization.jsonObject(with: restored.data("MANIFEST.json")) as? [String: Any])
        #expect(json["schema"] as? String == "reviewpack.backup/1" && json["server_version"] as? String == "1.2\"3")
        #expect(json["packs_included"] as? Bool == true)
        #expect(json["migrations"] as? [String] == Schema.migrator.migrations)
        let files = try #require(json["files"] as? [[String: Any]])
        #expect(files.compactMap { $0["name"] as? String } == ["reviewpack.db", "exports/\(pack.id).zip"])
        for file in files {
            let bytes = Array(try restored.data(try #require(file["name"] as? String)))
            #expect(file["size"] as? Int == bytes.count)
            #expect(file["sha256"] as? String == Digest256(hashing: bytes).description)
        }
    }

    @Test("without packs the copy is honest: its packs are expired, and a check of it is sound")
    func withoutPacks() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let archive = try await test.backup(withoutPacks: true)
        #expect(archive.packs == 0)
        let restored = try await test.restore(archive)
        #expect(restored.names == [".", "MANIFEST.json", "exports", "reviewpack.db"])
        let store = try restored.open()
        let copy = try #require(try await store.pack(pack.id))
        #expect(copy.storedStatus == .expired && copy.file == nil && copy.updatedAt == test.clock.now)
        #expect(try await store.blockDigests(of: pack.id) == [])
        #expect(try await store.check(CheckOptions(readsData: true), stamp: TestStore.owner).isSound)
        #expect(try await test.store.pack(pack.id) == pack)
    }

    @Test("a pack that expires after the database was copied is expired in the copy, too")
    func expiredAfterSnapshot() async throws {
        let pause = Pause()
        let test = try TestStore { $0.faults = { if $0 == .backupAfterSnapshot { pause.stop() } } }
        let tenant = try await test.tenant()
        let pack = try await test.pack(.ready, of: tenant)
        async let archive = test.backup()
        await pause.reached()
        _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        pause.go()
        let restored = try await test.restore(try await archive)
        let store = try restored.open()
        #expect(try await store.pack(pack.id)?.storedStatus == .expired)
        #expect(try await store.check(CheckOptions(readsData: true), stamp: TestStore.owner).isSound)
    }

    @Test("a pack that expires while the archive is sent is in it, and its bytes go as soon as they have been sent")
    func expiredWhileSent() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let archive = try await test.backup()
        _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        #expect(try test.exports() == [])
        #expect(try test.backupFolder().contains("\(pack.id).zip"))
        var bytes: [UInt8] = []
        while let piece = try archive.next() { bytes += piece }
        #expect(try test.backupFolder() == [])
        #expect(Int64(bytes.count) == archive.size)
        archive.close()
        #expect(access(test.path + "/.backup", F_OK) != 0)
        let restored = try Restored(bytes, test.clock)
        #expect(try await restored.open().pack(pack.id)?.storedStatus == .ready)
    }

    @Test("one backup at a time, and the next may begin when it ended, however it did")
    func exclusive() async throws {
        let test = try TestStore()
        var first: BackupArchive? = try await test.backup()
        #expect(await reason { _ = try await test.backup() } == .backupInProgress)
        #expect(first != nil)
        first = nil
        let second = try await test.backup()
        second.close()
        #expect(throws: ProductError.self) { try second.next() }
        _ = try await test.backup()
    }

    @Test("a caller that goes away ends the copying of the database, and the next backup may begin")
    func abandoned() async throws {
        let pause = Pause()
        let copied = Mutex(0)
        let test = try TestStore {
            $0.faults = { point in
                if point == .backupAfterFolder, copied.withLock({ $0 }) == 0 { pause.stop() }
                if point == .backupAfterSnapshot { copied.withLock { $0 += 1 } }
            }
        }
        _ = try await test.importFindings(Native.lines(3000), into: try await test.tenant())
        let backup = Task { await reason { _ = try await test.backup() } }
        await pause.reached()
        backup.cancel()
        pause.go()
        #expect(await backup.value == .cancelled)
        #expect(copied.withLock { $0 } == 0, "the copy was ended, not waited for")
        #expect(access(test.path + "/.backup", F_OK) != 0)
        copied.withLock { $0 = 1 }
        _ = try await test.backup()
        #expect(copied.withLock { $0 } == 2)
    }

    @Test("a pack whose bytes changed ends the backup as data loss and names it", arguments: [true, false])
    func corrupted(cut: Bool) async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        if cut { #expect(truncate(test.path(of: pack), 1) == 0) } else { try test.overwrite(pack, with: "XK pack") }
        do {
            let archive = try await test.backup()
            while try archive.next() != nil {}
            Issue.record("the backup went through")
        } catch let error as ProductError {
            #expect(error.reason == .packCorrupted && error.metadata["pack"] == pack.id.description)
        }
        #expect(access(test.path + "/.backup", F_OK) != 0)
    }

    @Test("a ready pack whose file is gone is not silently left out")
    func missing() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        #expect(unlink(test.path(of: pack)) == 0)
        #expect(await reason { _ = try await test.backup() } == .packCorrupted)
        // Without packs there is nothing that could be wrong with it.
        _ = try await test.backup(withoutPacks: true)
    }

    @Test("a failure while the copy is made leaves nothing, and a full disk says so")
    func fullDisk() async throws {
        let test = try TestStore {
            $0.faults = { if $0 == .backupAfterSnapshot { throw SystemError(ENOSPC, "write") } }
        }
        #expect(await reason { _ = try await test.backup() } == .storageFull)
        #expect(access(test.path + "/.backup", F_OK) != 0)
        #expect(await reason { _ = try await test.backup() } == .storageFull)
    }

    @Test("what a crash left of a backup goes at the next start")
    func crash() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        #expect(mkdir(test.path + "/.backup", 0o700) == 0)
        #expect(link(test.path(of: pack), test.path + "/.backup/\(pack.id).zip") == 0)
        let again = try await test.reopened()
        _ = try await again.store.recover()
        #expect(access(test.path + "/.backup", F_OK) != 0)
        #expect(try test.exports() == ["\(pack.id).zip"])
    }

    @Test("packs larger than a block go through whole, and end the backup when the whole is not what the row says")
    func large() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let bytes = (0..<(2 << 20) + 777).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let queued = try await test.generate(tenant).pack
        let generating = try await test.store.markGenerating(queued.id)
        let fingerprint = try await test.store.withEvidence(of: tenant.id) {
            try $0.fingerprint(options: queued.options)
        }
        let file = try test.write(generating, bytes)
        var rendered = test.completion(generating, fingerprint, bytes)
        rendered.blockDigests = stride(from: 0, to: bytes.count, by: 1 << 20).map {
            Digest256(hashing: Array(bytes[$0..<min($0 + 1 << 20, bytes.count)]))
        }
        let pack = try await test.store.completePack(rendered, in: file)
        let restored = try await test.restore(try await test.backup())
        #expect(Array(try restored.data("exports/\(pack.id).zip")) == bytes)

        try await test.sql("UPDATE review_pack SET sha256 = zeroblob(32)")
        let archive = try await test.backup()
        #expect(await reason { while try archive.next() != nil {} } == .packCorrupted)
    }
}

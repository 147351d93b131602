import Dispatch
import Foundation
import GRDB
import Glibc
import ReviewPackModel
import Synchronization
import Testing

@testable import ReviewPackStore

@Suite("Backup and restore")
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

    @Test("the manifest comes first and names each file's size and digest")
    func manifest() async throws {
        let test = try TestStore()
        let pack = try await test.pack(.ready, of: try await test.tenant())
        let restored = try await test.restore(try await test.backup())
        let json = try #require(
            try JSONSerialization.jsonObject(with: restored.data("MANIFEST.json")) as? [String: Any])
        #expect(json["schema"] as? String == "reviewpack.backup/1" && json["server_version"] as? String == "1.2\"3")
        #expect(json["packs_included"] as? Bool == true && json["migrations"] as? [String] == ["0001-initial"])
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

    @Test("packs larger than a block go through whole")
    func large() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        let bytes = (0..<(2 << 20) + 777).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let queued = try await test.generate(tenant).pack
        let generating = try await test.store.markGenerating(queued.id)
        let fingerprint = try await test.store.withEvidence(of: tenant.id) {
            try $0.fingerprint(options: queued.options)
        }
        var completion = test.completion(generating, fingerprint, try test.write(generating, bytes), bytes)
        completion.blockDigests = stride(from: 0, to: bytes.count, by: 1 << 20).map {
            Digest256(hashing: Array(bytes[$0..<min($0 + 1 << 20, bytes.count)]))
        }
        let pack = try await test.store.completePack(completion)
        let restored = try await test.restore(try await test.backup())
        #expect(Array(try restored.data("exports/\(pack.id).zip")) == bytes)
    }
}

@Suite("Tar headers")
struct TarHeaderTests {
    @Test("a header is the known one, byte for byte")
    func golden() {
        let header = TarHeader(
            name: "exports/a.zip", mode: 0o600, uid: 998, gid: 997, size: 1_048_576, modifiedAt: 1_772_337_906)
        let bytes = header.bytes
        #expect(bytes.count == 512)
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self) }
        #expect(text(0..<100) == "exports/a.zip" && text(100..<108) == "0000600")
        #expect(text(108..<116) == "0001746" && text(116..<124) == "0001745")
        #expect(text(124..<136) == "00004000000" && text(136..<148) == "15150735362")
        #expect(bytes[156] == UInt8(ascii: "0") && text(257..<263) == "ustar")
        let sum = bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(
            text(148..<155) == String(repeating: "0", count: 6 - String(sum, radix: 8).count) + String(sum, radix: 8))
    }

    @Test("a size of 8 GiB and more is written in base 256, a uid of more than seven digits as 0")
    func large() {
        let header = TarHeader(name: "f", mode: 0o600, uid: 1 << 21, gid: 1, size: 1 << 33, modifiedAt: 0)
        #expect(Array(header.bytes[124..<136]) == [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])
        #expect(Array(header.bytes[108..<115]) == Array("0000000".utf8))
    }
}

@Suite("Figures")
struct FiguresTests {
    @Test("count what is stored, by status as callers see it, and by tenant with most bytes first")
    func counts() async throws {
        let test = try TestStore()
        let small = try await test.tenant("Small", number: 1)
        let large = try await test.tenant("Large", number: 2)
        _ = try await test.importFindings(Native.lines(4), into: small)
        _ = try await test.importReport("{\"a\":1}", into: small)
        _ = try await test.pack(.failed, of: small)
        let due = try await test.pack(.ready, of: large, days: 1)
        _ = try await test.pack(.ready, of: large)
        test.clock.advance(days: 1)
        _ = try await test.store.planPrune(PruneOptions())

        let figures = try await test.store.figures()
        #expect(figures.at == test.clock.now && figures.workspaces == 1 && figures.tenantCount == 2)
        #expect(figures.packsByStatus == [.queued: 0, .generating: 0, .ready: 1, .expired: 1, .failed: 1])
        #expect(figures.packBytes == 14 && figures.lastPruneAt == nil)
        #expect(figures.auditEvents == Int64(try await test.count("audit_event")))
        #expect(figures.unreadNotifications == Int64(try await test.count("notification", where: "read_at IS NULL")))
        #expect(figures.databaseBytes > 0 && figures.writeAheadLogBytes > 0 && figures.diskFreeBytes > 0)
        #expect(figures.tenants.map(\.name) == ["Large", "Small"])
        #expect(figures.tenants[0].packs == 2 && figures.tenants[0].packBytes == 14)
        #expect(figures.tenants[1].findings == 4 && figures.tenants[1].reportBytes == 7)
        #expect(figures.tenants[1].packs == 1 && figures.tenants[1].packBytes == 0)

        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        let after = try await test.store.figures(tenantLimit: 1)
        #expect(after.lastPruneAt == test.clock.now && after.packBytes == 7)
        #expect(after.tenants.count == 1 && after.tenantCount == 2)
        #expect(try await test.store.pack(due.id)?.storedStatus == .expired)
    }

    @Test("findings are counted from their index alone")
    func plan() async throws {
        let test = try TestStore()
        let plan = try await test.store.read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN SELECT tenant, count(*) FROM finding GROUP BY tenant"
            ).map { $0["detail"] as String }.joined()
        }
        #expect(plan.contains("COVERING INDEX finding_identity"))
    }
}

/// An archive that tar has unpacked into an empty folder.
final class Restored: Sendable {
    let path: String
    private let clock: TestClock

    init(_ archive: [UInt8], _ clock: TestClock) throws {
        self.clock = clock
        path = NSTemporaryDirectory() + "rp-restored-\(UUID().uuidString.prefix(8))"
        #expect(mkdir(path, 0o700) == 0)
        let file = path + ".tar"
        try Data(archive).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let tar = try Process.run(URL(filePath: "/usr/bin/tar"), arguments: ["-xf", file, "-C", path])
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: [String] {
        (["."] + (FileManager.default.subpaths(atPath: path) ?? [])).sorted()
    }

    func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path + "/" + name)) }

    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        #expect(lstat(path + "/" + name, &status) == 0)
        return status.st_mode & 0o7777
    }

    func open() throws -> Store {
        var configuration = StoreConfiguration()
        configuration.reserveBytes = 0
        configuration.checkPatience = .zero
        let clock = clock
        return try Store.open(
            state: try StateDirectory.open(path: path), configuration: configuration, clock: { clock.now },
            logger: .init(label: "test"))
    }
}

/// Holds a thread at a fault point until the test lets it go.
private final class Pause: Sendable {
    private let released = DispatchSemaphore(value: 0)
    private let arrivals: AsyncStream<Void>
    private let arrive: AsyncStream<Void>.Continuation

    init() { (arrivals, arrive) = AsyncStream.makeStream() }

    func stop() {
        arrive.yield()
        released.wait()
    }

    func reached() async { for await _ in arrivals { return } }
    func go() { released.signal() }
}

extension TestStore {
    func backup(withoutPacks: Bool = false) async throws -> BackupArchive {
        try await store.beginBackup(withoutPacks: withoutPacks, serverVersion: "1.2\"3", stamp: Self.owner)
    }

    func restore(_ archive: BackupArchive) async throws -> Restored {
        var bytes: [UInt8] = []
        while let piece = try archive.next() {
            #expect(piece.count <= BackupArchive.pieceSize + TarHeader.blockSize)
            bytes += piece
        }
        #expect(Int64(bytes.count) == archive.size)
        archive.close()
        return try Restored(bytes, clock)
    }

    func backupFolder() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/.backup").sorted()
    }
}

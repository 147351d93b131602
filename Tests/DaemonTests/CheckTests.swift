import Crypto
import Domain
import Foundation
import ReviewPackAPI
import Storage
import Synchronization
import TestTags
import Testing

@testable import Daemon

@Suite("Check, backup and figures as calls", .tags(.upkeep))
struct MaintenanceCallTests {
    @Test("a check answers with what it found, typed, and repairs when it is asked to")
    func check() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        let pack = try await service.makePack(.ready)
        let stray = service.directory.appending(path: "exports/stray")
        try Data("x".utf8).write(to: stray)
        let found = try await service.call(Methods.maintenanceServiceCheck, Proto.CheckRequest(readData: true))
        #expect(!found.sound && found.packs == 1 && found.files == 2 && found.bytesRead == pack.fileSize)
        #expect(found.problems.map(\.kind) == ["orphan_file"] && found.problems[0].subject == "stray")
        #expect(!found.problems[0].repaired && found.problemCount == 1)
        let mended = try await service.call(Methods.maintenanceServiceCheck, Proto.CheckRequest(repair: true))
        #expect(mended.sound && mended.problems[0].repaired)
        #expect(try await service.call(Methods.maintenanceServiceCheck, Proto.CheckRequest()).problemCount == 0)
    }

    @Test("a backup is a header, the announced number of bytes and a trailer with their digest")
    func backup() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        _ = try await service.makePack(.ready)
        let messages = try await service.stream(Methods.maintenanceServiceBackup, Proto.BackupRequest())
        guard case .header(let header)? = messages.first?.part, case .trailer(let trailer)? = messages.last?.part else {
            Issue.record("no header or no trailer")
            return
        }
        let bytes = messages.flatMap { if case .chunk(let chunk)? = $0.part { chunk } else { [UInt8]() } }
        #expect(header.packs == 1 && header.takenAt == service.now && header.serverVersion == "0.0-test")
        #expect(Int64(bytes.count) == header.size && SHA256.hash(data: bytes).elementsEqual(trailer.sha256))
        #expect(!FileManager.default.fileExists(atPath: service.directory.appending(path: ".backup").path))
    }

    @Test("a second backup is refused while one is sent, and a caller that goes away ends it")
    func exclusive() async throws {
        let service = try ServiceFixture()
        struct Gone: Error {}
        let refusals = Mutex<[String?]>([])
        await #expect(throws: (any Error).self) {
            _ = try await service.stream(Methods.maintenanceServiceBackup, Proto.BackupRequest()) { _ in
                let refused = await service.reason {
                    _ = try await service.stream(Methods.maintenanceServiceBackup, Proto.BackupRequest())
                }
                refusals.withLock { $0.append(refused) }
                throw Gone()
            }
        }
        #expect(refusals.withLock { $0 } == ["BACKUP_IN_PROGRESS"])
        #expect(try await service.stream(Methods.maintenanceServiceBackup, Proto.BackupRequest()).count >= 3)
    }

    @Test("a pack with wrong bytes ends the backup as PACK_CORRUPTED, without a trailer")
    func corrupted() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        let pack = try await service.makePack(.ready)
        let file = try FileHandle(
            forWritingTo: service.directory.appending(path: "exports/\(pack.file ?? "")"))
        try file.write(contentsOf: Data([0]))
        try file.close()
        let trailers = Mutex(0)
        let reason = await service.reason {
            _ = try await service.stream(Methods.maintenanceServiceBackup, Proto.BackupRequest()) { message in
                if case .trailer? = message.part { trailers.withLock { $0 += 1 } }
            }
        }
        #expect(reason == "PACK_CORRUPTED" && trailers.withLock { $0 } == 0)
    }

    @Test("the figures have every status, the start of the service and each tenant's bytes")
    func stats() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        try await service.importFindings([.high, .low])
        let pack = try await service.makePack(.ready)
        service.advance(minutes: 5)
        let stats = try await service.call(Methods.maintenanceServiceGetStats, Proto.GetStatsRequest())
        #expect(stats.at == service.now && stats.startedAt == ServiceFixture.start)
        #expect(stats.packsByStatus.map(\.status) == [.queued, .generating, .ready, .failed, .expired])
        #expect(stats.packsByStatus.map(\.packs) == [0, 0, 1, 0, 0] && stats.packBytes == pack.fileSize)
        #expect(stats.tenants.map(\.tenantExternalID) == [ServiceFixture.contoso] && stats.tenants[0].findings == 2)
        #expect(stats.generationsWaiting == 0 && stats.lastPruneAt == nil && stats.diskFreeBytes > 0)
    }

    @Test("the diagnostics name the keys in force without their secrets, and what the store found")
    func diagnostics() async throws {
        let service = try ServiceFixture()
        try await service.makeTenant()
        let found = try await service.call(Methods.maintenanceServiceGetDiagnostics, Proto.GetDiagnosticsRequest())
        #expect(found.at == service.now && found.schemaVersion == found.schemaExpected)
        #expect(found.databaseSettings.contains(Proto.DatabaseSetting(name: "synchronous", value: "2", expected: "2")))
        #expect(found.databaseSettings.contains { $0.name == "journal_mode" && $0.value == "wal" })
        #expect(found.tokenKeys.count == 1 && found.tokenKeys[0].id.utf8.count == 16)
        #expect(found.tokenKeys[0].createdAt != nil)
        #expect(found.auditHeadMatches && found.auditHeadHash.count == 32 && found.diskFreeBytes > 0)
    }

    @Test("only administrators may check, back up, and see figures and diagnostics")
    func access() async throws {
        let service = try ServiceFixture()
        let peer = ServiceFixture.peer(1000)
        let refusals = [
            await service.reason { _ = try await service.call(Methods.maintenanceServiceCheck, .init(), as: peer) },
            await service.reason { _ = try await service.stream(Methods.maintenanceServiceBackup, .init(), as: peer) },
            await service.reason { _ = try await service.call(Methods.maintenanceServiceGetStats, .init(), as: peer) },
            await service.reason {
                _ = try await service.call(Methods.maintenanceServiceGetDiagnostics, .init(), as: peer)
            },
        ]
        #expect(refusals == [String](repeating: "CAPABILITY_REQUIRED", count: 4))
    }
}

import Bytes
import Domain
import Foundation
import GRDB
import Glibc
import Synchronization
import TestTags
import Testing

@testable import Storage

@Suite("Check", .tags(.upkeep))
struct CheckTests {
    /// A store that does not wait before it looks again, with one ready pack and findings.
    private func furnished() async throws -> (TestStore, PackRecord) {
        let test = try TestStore { $0.checkPatience = .zero }
        let tenant = try await test.tenant()
        _ = try await test.importFindings(Native.lines(5), into: tenant)
        return (test, try await test.pack(.ready, of: tenant))
    }

    @Test("a state with packs of every status is sound, and says what it looked at")
    func sound() async throws {
        let test = try TestStore { $0.checkPatience = .zero }
        for (number, status) in PackStatus.allCases.enumerated() {
            let tenant = try await test.tenant("T\(number)", number: UInt64(number + 1))
            _ = try await test.importFindings(Native.lines(3), into: tenant)
            let pack = try await test.pack(status, of: tenant)
            // A generation that runs has an unfinished file, and a finished one just before its last transaction.
            if status == .generating { try test.put(".\(pack.id).tmp") }
            if status == .queued { try test.put("\(pack.id).zip") }
        }
        let result = try await test.check(CheckOptions(readsData: true))
        #expect(result.isSound && result.problems == [])
        #expect(result.packs == 1 && result.files == 3 && result.bytesRead == 7)
        #expect(result.auditEvents == Int64(try await test.count("audit_event")) - 1)
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 1)).items
        #expect(events.map(\.action) == ["system.check"])
        #expect(
            events.first?.details == #"{"problems":"0","read_data":"true","repair":"false","repaired":"0"}"#)
    }

    @Test(
        "each damage is found and named, and mended only where that loses nothing",
        arguments: Damage.files + Damage.rows)
    func found(_ damage: Damage) async throws {
        let (test, pack) = try await furnished()
        try await damage.inflict(test, pack)
        if damage.needsData { #expect(try await test.check(CheckOptions()).isSound) }
        let result = try await test.check(CheckOptions(readsData: true))
        let problem = try #require(result.problems.first { $0.kind == damage.kind }, "\(result.problems)")
        #expect(!result.isSound && !problem.isRepaired && problem.message.contains("; "))
        if damage.kind != .auditBroken || damage.subject != nil {
            #expect(problem.subject == damage.subject ?? pack.id.description)
        }

        let repaired = try await test.check(CheckOptions(readsData: true, repairs: true))
        #expect(repaired.problems.first { $0.kind == damage.kind }?.isRepaired == damage.isMended)
        let after = try await test.check(CheckOptions(readsData: true))
        #expect(after.isSound == damage.isMended, "\(after.problems)")
        // Whatever was wrong, the pack itself is as it was.
        #expect(try await test.store.pack(pack.id)?.storedStatus == .ready)
    }

    @Test("an expiry that a crash cut short is left over, and a repair finishes it")
    func leftoverDeletion() async throws {
        let (test, pack) = try await furnished()
        test.faults.arm(.expireAfterCommit)
        await #expect(throws: (any Error).self) {
            _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        }
        let result = try await test.check(CheckOptions())
        #expect(result.problems.map(\.kind) == [.leftoverFile] && result.problems[0].subject == "\(pack.id).zip")
        #expect(try await test.check(CheckOptions(repairs: true)).isSound)
        #expect(try test.exports() == [])
        #expect(try await test.store.pack(pack.id)?.file == nil)
    }

    @Test("what is settled before a check looks again is no problem: an expiry or a failed generation on its way")
    func doubtsSettle() async throws {
        let meanwhile = Mutex<(@Sendable () throws -> Void)?>(nil)
        let test = try TestStore {
            $0.checkPatience = .zero
            $0.faults = { point in if point == .checkBeforeSecondLook { try meanwhile.withLock { $0 }?() } }
        }
        let failed = try await test.pack(.failed, of: try await test.tenant("A", number: 1))
        let expiring = try await test.pack(.ready, of: try await test.tenant("B", number: 2))
        let gone = try await test.pack(.ready, of: try await test.tenant("C", number: 3))
        try test.put(".\(failed.id).tmp")
        try await test.sql("UPDATE review_pack SET status = 5 WHERE id = x'\(Hex.encode(expiring.id.bytes))'")
        #expect(unlink(test.path(of: gone)) == 0)
        #expect(try await test.check(CheckOptions()).problemCount == 3)

        meanwhile.withLock {
            $0 = {
                try test.store.files.remove([".\(failed.id).tmp", "\(expiring.id).zip"])
                try test.store.pool.write {
                    try $0.execute(sql: "UPDATE review_pack SET status = 5 WHERE id = ?", arguments: [gone.id])
                }
            }
        }
        #expect(try await test.check(CheckOptions()).problems == [])
        meanwhile.withLock { $0 = nil }
    }

    @Test("imports, generations and expiries during checks raise no false alarm")
    func busy() async throws {
        let test = try TestStore { $0.checkPatience = .milliseconds(100) }
        let tenant = try await test.tenant()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<30 {
                    _ = try await test.importFindings(Native.lines(round % 7 + 1), into: tenant)
                    let pack = try await test.pack(.ready, of: tenant)
                    _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
                }
            }
            group.addTask {
                for _ in 0..<15 {
                    let result = try await test.check(CheckOptions(readsData: true, repairs: true))
                    #expect(result.problems == [])
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("one check at a time, and the next may begin when it ended, however it did")
    func exclusive() async throws {
        let pause = Pause()
        let isFirst = Atomic(true)
        let test = try TestStore {
            $0.checkPatience = .zero
            $0.faults = { point in
                guard point == .checkBeforeFirstLook, isFirst.exchange(false, ordering: .relaxed) else { return }
                pause.stop()
            }
        }
        let first = Task { await reason { _ = try await test.check(CheckOptions()) } }
        await pause.reached()
        #expect(await reason { _ = try await test.check(CheckOptions()) } == .checkInProgress)
        first.cancel()
        pause.go()
        #expect(await first.value == .cancelled)
        #expect(try await test.check(CheckOptions()).isSound)
    }

    @Test("a FIFO in the place of a pack's file holds up nobody who opens it")
    func fifo() async throws {
        let (test, pack) = try await furnished()
        #expect(unlink(test.path(of: pack)) == 0)
        #expect(mkfifo(test.path(of: pack), 0o600) == 0)
        #expect(await reason { _ = try test.store.files.openForReading(pack) } == .packCorrupted)
    }

    @Test("at most 1000 problems are listed, all are counted")
    func bounded() async throws {
        let test = try TestStore { $0.checkPatience = .zero }
        for number in 0..<1005 { try test.put("f\(number)") }
        let result = try await test.check(CheckOptions())
        #expect(result.problems.count == 1000 && result.problemCount == 1005 && !result.isSound)
        #expect(try await test.check(CheckOptions(repairs: true)).isSound)
        #expect(try test.exports() == [])
    }
}

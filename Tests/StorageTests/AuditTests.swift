import Bytes
import Domain
import Foundation
import GRDB
import Synchronization
import SystemIO
import TestTags
import Testing

@testable import Storage

@Suite("The audit chain", .tags(.upkeep))
struct AuditChainTests {
    @Test("the encoding of an event never changes: a known event has a known hash")
    func golden() {
        let entry = AuditEntry(
            .expirePack, reason: "r", workspaceID: WorkspaceID(high: 1, low: 2), tenantID: TenantID(high: 3, low: 4),
            packID: PackID(high: 5, low: 6), count: 7, details: ["b": "\"x\"", "a": "1"])
        let event = AuditChain.event(
            entry, actor: Actor(uid: 1000, onBehalfOf: "alice"), method: "m", at: UnixMillis(8), after: 8, .zero)
        #expect(event.details == #"{"a":"1","b":"\"x\""}"#)
        // Computed apart from this code, from the table at the top of AuditChain.swift.
        #expect(event.hash.description == "edc70bfcb89b16e289ad07798dd8471bfb9789122ee9438300b8629376350d47")
        #expect(event.seq == 9)
    }

    @Test(
        "an event of a time that is none is named, whatever its hash says, and the others are read",
        arguments: [Int64.min, UnixMillis.earliest.rawValue - 1, UnixMillis.latest.rawValue + 1, .max])
    func impossibleTime(milliseconds: Int64) async throws {
        let test = try TestStore()
        _ = try await test.workspace()
        try await test.store.write { transaction in
            try transaction.audit(
                AuditEntry(.prune), by: Actor(uid: 1), method: "m", at: UnixMillis(milliseconds))
        }
        _ = try await test.tenant()
        #expect(try await test.store.verifyAuditChain().faults == [.init(.changed, seq: 2)])
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 9)).items
        #expect(events.map(\.seq) == [3, 2, 1] && events.map(\.at.isLegal) == [true, false, true])
    }

    @Test("every field of an event is in its hash")
    func fields() {
        let base = AuditChain.event(
            AuditEntry(.prune), actor: Actor(uid: 1), method: "m", at: UnixMillis(1), after: 0, .zero)
        var changed: [AuditEvent] = []
        func vary(_ change: (inout AuditEvent) -> Void) {
            var event = base
            change(&event)
            changed.append(event)
        }
        vary { $0.seq = 2 }
        vary { $0.at = UnixMillis(2) }
        vary { $0.actor.uid = nil }
        vary { $0.actor.onBehalfOf = "" }
        vary { $0.method = "n" }
        vary { $0.action = "x" }
        vary { $0.outcome = .denied }
        vary { $0.reason = "" }
        vary { $0.workspaceID = WorkspaceID(high: 0, low: 0) }
        vary { $0.tenantID = TenantID(high: 0, low: 0) }
        vary { $0.packID = PackID(high: 0, low: 0) }
        vary { $0.count = 2 }
        vary { $0.details = "" }
        vary { $0.previousHash = Digest256(hashing: []) }
        let hashes = Set(changed.map { AuditChain.hash(of: $0) })
        #expect(hashes.count == changed.count)
        #expect(!hashes.contains(base.hash))
    }

    private func filled() async throws -> TestStore {
        let test = try TestStore()
        for number in 1...6 {
            try await test.store.record(AuditEntry(.issueToken, details: ["n": "\(number)"]), stamp: TestStore.owner)
        }
        return test
    }

    private func tamper(_ test: TestStore, _ sql: String) async throws -> AuditVerification {
        try await test.store.pool.write { database in
            try database.execute(sql: "DROP TRIGGER audit_event_keeps; DROP TRIGGER audit_event_stays")
            try database.execute(sql: sql)
        }
        return try await test.store.verifyAuditChain()
    }

    @Test("a whole chain verifies, without gaps")
    func intact() async throws {
        let test = try await filled()
        let verification = try await test.store.verifyAuditChain()
        #expect(verification.isIntact && verification.events == 6)
        let events = try await test.store.listAuditEvents(
            AuditFilter(), newestFirst: false, page: PageRequest(limit: 10)
        ).items
        #expect(events.map(\.seq) == Array(1...6))
        #expect(events.last?.hash == verification.headHash)
    }

    @Test(
        "damage is found and named",
        arguments: [
            ("UPDATE audit_event SET count = 2 WHERE seq = 3", AuditVerification.Fault(.changed, seq: 3)),
            ("UPDATE audit_event SET details = '{}' WHERE seq = 6", .init(.changed, seq: 6)),
            // What reads like the value that was there before: an id that is none, text behind a NUL.
            ("UPDATE audit_event SET pack = x'00' WHERE seq = 2 AND pack IS NULL", .init(.changed, seq: 2)),
            ("UPDATE audit_event SET method = method || char(0) || 'x' WHERE seq = 5", .init(.changed, seq: 5)),
            ("UPDATE audit_event SET actor_uid = -1 WHERE seq = 3", .init(.changed, seq: 3)),
            ("UPDATE audit_head SET seq = 9223372036854775807", .init(.truncated, seq: 7)),
            ("DELETE FROM audit_event WHERE seq = 4", .init(.removed, seq: 4)),
            ("DELETE FROM audit_event WHERE seq = 1", .init(.removed, seq: 1)),
            ("DELETE FROM audit_event WHERE seq > 4", .init(.truncated, seq: 5)),
            ("UPDATE audit_head SET hash = zeroblob(32)", .init(.headChanged, seq: 6)),
            ("DELETE FROM audit_head", .init(.headChanged, seq: 6)),
            (
                """
                UPDATE audit_event SET seq = 100 WHERE seq = 2; UPDATE audit_event SET seq = 2 WHERE seq = 3;
                UPDATE audit_event SET seq = 3 WHERE seq = 100
                """, .init(.reordered, seq: 2)
            ),
        ])
    func damage(_ sql: String, _ fault: AuditVerification.Fault) async throws {
        let test = try await filled()
        let verification = try await tamper(test, sql)
        #expect(verification.faults.first == fault)
    }

    @Test("the database itself refuses to change or delete an event")
    func triggers() async throws {
        let test = try await filled()
        for sql in ["UPDATE audit_event SET count = 9", "DELETE FROM audit_event"] {
            await #expect(throws: DatabaseError.self) { try await test.store.pool.write { try $0.execute(sql: sql) } }
        }
    }

    @Test("events are filtered and paged without repeating or losing one")
    func listing() async throws {
        let test = try await filled()
        try await test.store.record(
            AuditEntry(.downloadPack, packID: PackID(high: 9, low: 9)),
            stamp: ActionStamp(actor: Actor(uid: 7, onBehalfOf: "bob"), method: "Download"))
        var filter = AuditFilter()
        filter.action = AuditAction.issueToken.rawValue
        var seen: [Int64] = []
        var cursor: NumberCursor?
        repeat {
            let page = try await test.store.listAuditEvents(filter, page: PageRequest(limit: 4, after: cursor))
            seen += page.items.map(\.seq)
            cursor = page.next
        } while cursor != nil
        #expect(seen == [6, 5, 4, 3, 2, 1])
        filter = AuditFilter()
        filter.actorUID = 7
        filter.onBehalfOf = "bob"
        filter.packID = PackID(high: 9, low: 9)
        #expect(try await test.store.listAuditEvents(filter, page: PageRequest(limit: 4)).items.map(\.seq) == [7])
    }
}

@Suite("Coalescing events", .tags(.upkeep, .limits))
struct CountedEventTests {
    private func denial(_ uid: UInt32 = 5, _ reason: String = "NOT_FOUND", pack: UInt64 = 1) -> Denial {
        Denial(actor: Actor(uid: uid), method: "Get", reason: reason, packID: PackID(high: 0, low: pack))
    }

    private func token(_ pack: UInt64 = 1) -> AuditEntry {
        AuditEntry(.issueToken, packID: PackID(high: 0, low: pack), details: ["token_expires_at": "\(pack)"])
    }

    @Test("ten thousand denials leave two events, and closing loses none")
    func store() async throws {
        let test = try TestStore()
        for _ in 0..<10_000 { try await test.store.recordDenial(denial()) }
        #expect(try await test.count("audit_event") == 1)
        try await test.store.flushCounted(everything: true)
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 9)).items
        #expect(events.map(\.count) == [9999, 1])
        #expect(events.allSatisfy { $0.outcome == .denied && $0.reason == "NOT_FOUND" })
        #expect(try await test.store.verifyAuditChain().isIntact)
    }

    @Test("a thousand tokens of a pack leave thirty-one events, whose counts are a thousand, in a chain that is whole")
    func tokens() async throws {
        let test = try TestStore()
        for _ in 0..<1000 { try await test.store.recordRead(token(), stamp: TestStore.owner) }
        try await test.store.flushCounted(everything: true)
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 99)).items
        #expect(events.count == 31 && events.map(\.count).reduce(0, +) == 1000)
        #expect(try await test.store.verifyAuditChain().isIntact)
    }

    @Test("that could not be written go with the next one, and no read is served before them")
    func unwritten() async throws {
        let fails = Mutex(false)
        let test = try TestStore {
            $0.faults = { point in
                if point == .eventBeforeCommit, fails.withLock({ $0 }) { throw SystemError(EIO, "write") }
            }
        }
        func read(_ pack: UInt64 = 1) async throws {
            try await test.store.recordRead(token(pack), stamp: TestStore.owner)
        }
        for _ in 0..<35 { try await read() }
        #expect(try await test.count("audit_event") == 30)
        // The next minute's first read brings the count of the last one along.
        test.clock.advance(minutes: 2)
        fails.withLock { $0 = true }
        #expect(await reason { try await read() } == .ioError)
        #expect(await reason { try await read() } == .ioError)
        fails.withLock { $0 = false }
        try await read(2)
        let events = try await test.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 99)).items
        #expect(events.map(\.count).prefix(2) == [1, 5] && events.count == 32)
    }
}

import Domain
import Foundation
import GRDB
import Synchronization
import TestTags
import Testing

@testable import Storage

/// What stood in rows that are deleted stands in no row, free page, index or log any more.
@Suite("What is deleted", .tags(.redaction), .timeLimit(.minutes(2)))
struct ForgettingTests {
    /// The files in which the mark stands, and of the database the page. What page balancing left in the unused part of
    /// a page that is still in use is passed over: SQLite overwrites the rows that it deletes, not the places that it
    /// had moved them from.
    private func remembering(_ path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).sorted().flatMap { name -> [String] in
            // A folder has no bytes of its own.
            guard let data = try? Data(contentsOf: URL(filePath: path + "/" + name)) else { return [] }
            let hits = data.ranges(of: Array(Self.mark.utf8)).map(\.lowerBound)
            guard name == "reviewpack.db" else { return hits.isEmpty ? [] : [name] }
            return hits.compactMap { hit in
                let page = DatabasePage(data, at: hit)
                return page.isUnused(hit) ? nil : "page \(page.number)"
            }
        }
    }

    /// Waits until the mark stands nowhere; the suite's time limit ends that.
    private func forgotten(_ path: String) async throws {
        while try remembering(path) != [] {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private static let mark = "Zq7Marked"

    /// Findings whose texts all bear the mark, the long ones too, or none of which does. Their ids are paths: an id
    /// that could be a person's name stays known to redaction for as long as the tenant is there.
    private func lines(
        _ numbers: Range<Int>, marked: Bool = true, check: String = "check", status: String = "open", seen: Int = 1
    ) -> [UInt8] {
        let mark = marked ? Self.mark : "Plain"
        let long = String(repeating: "\(mark) ", count: 400)
        let lines = numbers.map { number in
            """
            {"uid":"\(mark)-\(number)","check_id":"\(check)_\(number % 7)","title":"\(mark) title \(number % 7)",\
            "severity":"high","status":"\(status)","resource_type":"user","resource_uid":"/\(mark)/r\(number)",\
            "resource_name":"Person \(number)","description":"\(mark) description","remediation":"\(mark) remedy",\
            "first_seen_at":"2026-01-01T00:00:00Z","last_seen_at":"2026-02-0\(seen)T00:00:00Z",\
            "detail":"\(number % 5 == 0 ? long : mark + " detail")"}

            """
        }
        return Array(lines.joined().utf8)
    }

    /// A tenant of marked findings, reports, runs and packs, among those of another one.
    private func marked(_ test: TestStore) async throws -> (tenant: TenantRecord, other: TenantRecord) {
        let tenant = try await test.tenant(Self.mark)
        let other = try await test.tenant("Other", number: 2)
        for part in 0..<4 {
            let numbers = part * 100..<part * 100 + 100
            _ = try await test.importFindings(lines(numbers, check: Self.mark), into: tenant)
            _ = try await test.importFindings(lines(numbers, marked: false), into: other)
        }
        _ = try await test.importReport("{\"name\":\"\(Self.mark)\"}", into: tenant)
        let run = """
            {"id":"\(Self.mark)","type":"x.scan","status":"completed","outcome":"succeeded",\
            "started_at":"2026-02-01T00:00:00Z","finished_at":"2026-02-01T00:01:00Z","initiator":"\(Self.mark)"}
            """
        _ = try await test.importOperations(run, into: tenant)
        try await test.readyPack(of: tenant, marking: Self.mark)
        #expect(try remembering(test.path) != [])
        return (tenant, other)
    }

    @Test("with a tenant is in no row, free page or log when the deletion is answered; with a workspace it is the same")
    func tenant() async throws {
        let test = try TestStore()
        let (tenant, other) = try await marked(test)
        let before = try await test.evidence(other)
        try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        await test.store.forgetDeleted()
        #expect(try remembering(test.path) == [])
        #expect(try await test.evidence(other) == before)
        let backup = try await test.restore(try await test.backup())
        #expect(try backup.data("reviewpack.db").range(of: Data(Self.mark.utf8)) == nil)
        #expect(try await test.store.verifyAuditChain().isIntact)

        let again = try await test.tenant(Self.mark, number: 3)
        _ = try await test.importFindings(lines(0..<100), into: again)
        try await test.store.deleteWorkspace(again.workspaceID, stamp: TestStore.owner)
        await test.store.forgetDeleted()
        #expect(try remembering(test.path) == [])
    }

    @Test("by a prune is in no row, free page or log when it is answered: history, and the records of packs")
    func prune() async throws {
        let test = try TestStore()
        let tenant = try await test.tenant()
        _ = try await test.importFindings(lines(0..<300), into: tenant)
        _ = try await test.importFindings(lines(300..<600, marked: false), into: tenant)
        _ = try await test.importFindings(lines(0..<300, status: "resolved", seen: 2), into: tenant)
        for text in ["{\"name\":\"\(Self.mark)\"}", "{\"name\":\"Plain\"}"] {
            test.clock.advance(minutes: 1)
            _ = try await test.importReport(text, into: tenant)
        }
        let pack = try await test.readyPack(of: tenant, marking: Self.mark)
        _ = try await test.store.prune(PruneOptions(), stamp: TestStore.owner)
        _ = try await test.store.expirePack(pack.id, stamp: TestStore.owner)
        test.clock.advance(days: 401)
        #expect(try remembering(test.path) != [])
        let result = try await test.store.prune(
            PruneOptions(hardDelete: true, force: true), stamp: TestStore.owner)
        #expect(result.deleted == 1 && result.history.findings == 300 && result.history.reports == 1)
        #expect(try remembering(test.path) == [])
    }

    @Test("holds up nobody who writes while somebody still reads it, and is gone when that one has ended")
    func reader() async throws {
        let test = try TestStore { $0.forgettingPatience = .seconds(3600) }
        let (tenant, _) = try await marked(test)
        let reading = Reading()
        try await reading.begin(test.store)
        let answer = Answer()
        let deleting = Task {
            try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
            await test.store.forgetDeleted()
            answer.isGiven.store(true, ordering: .relaxed)
        }
        while try await test.store.tenant(tenant.id) != nil { try Task.checkCancellation() }
        let began = ContinuousClock.now
        for number in 1...3 { _ = try await test.workspace("written meanwhile \(number)") }
        // Behind somebody who waits for the reader each would take ten seconds.
        #expect(ContinuousClock.now - began < .seconds(25))
        let wasGiven = answer.isGiven.load(ordering: .relaxed)
        #expect(!wasGiven)
        #expect(try remembering(test.path).contains("reviewpack.db-wal"))
        reading.end()
        try await deleting.value
        #expect(try remembering(test.path) == [])
    }

    @Test("is forgotten soon after the last reader, when the answer could not wait for that one")
    func impatience() async throws {
        let test = try TestStore { $0.forgettingPatience = .zero }
        let (tenant, _) = try await marked(test)
        let reading = Reading()
        try await reading.begin(test.store)
        try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        await test.store.forgetDeleted()
        #expect(try remembering(test.path) != [])
        reading.end()
        try await forgotten(test.path)
    }

    @Test("is forgotten soon, although whoever asked for the deletion has gone")
    func goneCaller() async throws {
        let test = try TestStore()
        let (tenant, _) = try await marked(test)
        try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        #expect(try remembering(test.path) != [])
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await test.store.forgetDeleted()
        }.value
        try await forgotten(test.path)
    }

    @Test("is forgotten by the next start after a crash that came between")
    func crash() async throws {
        let test = try TestStore()
        let (tenant, _) = try await marked(test)
        test.faults.arm(.deleteTenantAfterCommit)
        await #expect(throws: (any Error).self) {
            try await test.store.deleteTenant(tenant.id, stamp: TestStore.owner)
        }
        // The files as they lie there now: an orderly end would forget by itself.
        let copy = test.path + "-crashed"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: test.path, toPath: copy)
        #expect(try remembering(copy) != [])
        let again = try TestStore(crashedIn: copy)
        _ = try await again.store.recover()
        #expect(try await again.store.tenant(tenant.id) == nil)
        #expect(try remembering(copy) == [])
    }
}

private final class Answer: Sendable {
    let isGiven = Atomic(false)
}

/// A page of SQLite's file format, section 1.6: a header, the cells' places, the unused part, the cells.
private struct DatabasePage {
    let number: Int
    private let unused: Range<Int>

    /// The page that holds the byte at `offset`.
    init(_ file: Data, at offset: Int) {
        let size = Schema.pageSize
        let start = offset / size * size
        number = offset / size + 1
        let header = number == 1 ? start + 100 : start
        func word(_ at: Int) -> Int { Int(file[header + at]) << 8 | Int(file[header + at + 1]) }
        // Anything else is no page of a table or an index: then nothing of it is called unused.
        let length = [2: 12, 5: 12, 10: 8, 13: 8][file[header]]
        let places = header + (length ?? 0) + 2 * word(3)
        unused = length == nil || word(5) < places - start ? 0..<0 : places..<start + word(5)
    }

    func isUnused(_ offset: Int) -> Bool { unused.contains(offset) }
}

/// A reader that keeps its snapshot until it is told to end.
private final class Reading: Sendable {
    private let isOver = DispatchSemaphore(value: 0)

    /// Returns when it has its snapshot.
    func begin(_ store: Store) async throws {
        let (begun, beginner) = AsyncStream.makeStream(of: Void.self)
        Task.detached { [isOver] in
            try await store.read { database in
                _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM finding")
                beginner.yield()
                isOver.wait()
            }
        }
        for await _ in begun { break }
    }

    func end() { isOver.signal() }
}

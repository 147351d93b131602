import Bytes
import Domain
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import Daemon
@testable import Storage

@Suite("Concurrent histories of generate, expire, cancel and prune", .tags(.packs))
struct HistoryTests {
    @Test("are explained by a model that takes one call after the other", arguments: 1...12 as ClosedRange<UInt64>)
    func random(seed: UInt64) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        let history = History()
        history.observe(fixture.store)
        // One pack is done with before the clock moves, however the others fare.
        let first = try #require(PackID(try await fixture.generate().pack?.id ?? ""))
        #expect(try await fixture.finished(first.description).status == .ready)
        await history.call { await Self.expire(fixture, first) }
        await Self.crowd(fixture, history, seed: seed)
        // What ended until now is old enough to be removed, by prunes beside everything else.
        await Self.moveClock(fixture, history, days: 401)
        await Self.crowd(fixture, history, seed: seed &+ 1000, first: Self.prune)
        // The prunes before may have refused each other; nobody is beside this one.
        await Self.prune(fixture, history, Proto.PruneRequest(hardDelete: true, force: true))
        await fixture.core.drain(deadline: .seconds(30))
        let removed = try await history.readRows(fixture.store)
        let model = HistoryModel(
            changes: history.changes, calls: history.calls, facts: history.facts, removed: removed)
        #expect(model.complaints == [], "seed \(seed)")
        #expect(!removed.isEmpty)
        #expect(history.changes.contains { $0.status == .ready } && history.calls.count > 40)
        // Expired means that the bytes are gone, whoever was quicker.
        let ready = history.packs.filter { id in history.changes.last { $0.pack == id }?.status == .ready }
        #expect(try fixture.exportedFiles().sorted() == ready.map { "\($0).zip" }.sorted())
    }

    /// Five callers at once; one of them begins with `first`.
    private static func crowd(
        _ fixture: ServiceFixture, _ history: History, seed: UInt64,
        first: (@Sendable (ServiceFixture, History, Proto.PruneRequest) async -> Void)? = nil
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<5 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &* 31 &+ UInt64(caller) &+ 1)
                    if caller == 0 { await first?(fixture, history, Proto.PruneRequest(hardDelete: true, force: true)) }
                    for _ in 0..<10 { await Self.act(fixture, history, &random) }
                }
            }
        }
    }

    private static func act(_ fixture: ServiceFixture, _ history: History, _ random: inout SeededGenerator) async {
        let tenant = Bool.random(using: &random) ? ServiceFixture.contoso : ServiceFixture.fabrikam
        let pack = history.packs.randomElement(using: &random)
        let draw = Int.random(in: 0..<20, using: &random)
        let includesPII = Bool.random(using: &random)
        let serial = random.next()
        switch (draw, pack) {
        case (0..<3, _): _ = try? await fixture.importFindings(tenant: tenant, prefix: "f\(serial)")
        case (3..<9, _), (_, nil): await history.call { await generate(fixture, tenant, includesPII, nil) }
        case (9, let pack?): await history.call { await generate(fixture, tenant, includesPII, pack) }
        case (10..<13, let pack?): await history.call { await expire(fixture, pack) }
        case (13..<15, let pack?): await history.call { await cancel(fixture, pack) }
        case (15, _):
            let (hardDelete, force) = (Bool.random(using: &random), Bool.random(using: &random))
            await prune(fixture, history, Proto.PruneRequest(hardDelete: hardDelete, force: force))
        case (16, let pack?): await history.call { await download(fixture, pack) }
        case (17, _): await moveClock(fixture, history, days: 91)
        case (_, let pack?): await history.call { await get(fixture, pack) }
        }
    }

    /// Moves the clock in the writer's turn: a row carries the time at which its write began, and is stamped behind its
    /// fsync, so no commit of the old time is stamped after this call has ended.
    private static func moveClock(_ fixture: ServiceFixture, _ history: History, days: Int) async {
        await history.call {
            do {
                try await fixture.store.write { _ in fixture.advance(days: days) }
            } catch { return .unexpected("\(error)") }
            return .clockMoved
        }
    }

    private static func generate(
        _ fixture: ServiceFixture, _ tenant: String, _ includesPII: Bool, _ source: PackID?
    ) async -> History.Answer? {
        do {
            let answer = try await fixture.generate(
                tenant: tenant, includePII: includesPII, regenerateFrom: source?.description)
            guard let id = PackID(answer.pack?.id ?? "") else { return .unexpected("no pack") }
            return answer.outcome == .reused ? .reused(id) : .created(id)
        } catch {
            let (reason, pack) = await refusal(fixture, error)
            if reason == "GENERATION_IN_PROGRESS", let pack { return .inProgress(pack) }
            if reason == "WRONG_STATE", let pack { return .heldBack(pack) }
            if reason == "NOT_FOUND", let source { return .gone(source) }
            // Another tenant's pack, or a share of the queue that is full.
            return ["INVALID_FIELD", "JOB_LIMIT"].contains(reason) ? nil : .unexpected(reason)
        }
    }

    private static func expire(_ fixture: ServiceFixture, _ pack: PackID) async -> History.Answer? {
        await answer(
            .expired(pack),
            ["ALREADY_EXPIRED": .alreadyExpired(pack), "WRONG_STATE": .cannotExpire(pack), "NOT_FOUND": .gone(pack)],
            fixture
        ) {
            _ = try await fixture.call(
                Methods.reviewPackServiceExpire, Proto.ExpirePackRequest(id: pack.description))
        }
    }

    private static func cancel(_ fixture: ServiceFixture, _ pack: PackID) async -> History.Answer? {
        await answer(.cancelled(pack), ["WRONG_STATE": .cannotCancel(pack), "NOT_FOUND": .gone(pack)], fixture) {
            _ = try await fixture.call(
                Methods.reviewPackServiceCancel, Proto.CancelPackRequest(id: pack.description))
        }
    }

    private static func prune(
        _ fixture: ServiceFixture, _ history: History, _ request: Proto.PruneRequest
    ) async {
        // What it removes cannot be read afterwards.
        _ = try? await history.readRows(fixture.store)
        await history.call {
            do {
                let answer = try await fixture.call(Methods.maintenanceServicePrune, request)
                return .pruned(
                    expired: Int(answer.expired), removed: Int(answer.deleted + answer.failedPacksRemoved))
            } catch {
                let (reason, _) = await refusal(fixture, error)
                return reason == "PRUNE_IN_PROGRESS" ? .pruneRefused : .unexpected(reason)
            }
        }
    }

    private static func get(_ fixture: ServiceFixture, _ pack: PackID) async -> History.Answer? {
        do {
            let seen = try await fixture.call(
                Methods.reviewPackServiceGet, Proto.GetPackRequest(id: pack.description)
            ).pack
            guard let status = PackStatus(rawValue: UInt8(clamping: seen?.status.rawValue ?? 0)) else {
                return .unexpected("no status")
            }
            return .seen(pack, status)
        } catch {
            let (reason, _) = await refusal(fixture, error)
            return reason == "NOT_FOUND" ? .gone(pack) : .unexpected(reason)
        }
    }

    private static func download(_ fixture: ServiceFixture, _ pack: PackID) async -> History.Answer? {
        let now = fixture.now
        let token = fixture.core.tokens.issue(
            pack: pack, uid: 0, subject: nil, issuedAt: now, expiresAt: now.advanced(byMinutes: 60))
        let refusals =
            ["PACK_EXPIRED", "PACK_NOT_READY", "TOKEN_EXPIRED"].map { ($0, History.Answer.downloadRefused(pack, $0)) }
            + [("NOT_FOUND", .gone(pack))]
        return await answer(.downloaded(pack), Dictionary(uniqueKeysWithValues: refusals), fixture) {
            _ = try await fixture.stream(
                Methods.reviewPackServiceDownload, Proto.DownloadRequest(token: token))
        }
    }

    private static func answer(
        _ good: History.Answer, _ refusals: [String: History.Answer], _ fixture: ServiceFixture,
        _ body: () async throws -> Void
    ) async -> History.Answer? {
        guard let reason = await fixture.reason(body) else { return good }
        return refusals[reason] ?? .unexpected(reason)
    }

    private static func refusal(_ fixture: ServiceFixture, _ error: any Error) async -> (String, PackID?) {
        let detail = (error as? RPCFailure)?.details.first.flatMap { try? GoogleRPC.ErrorInfo(serialized: $0.value) }
        let pack = detail?.metadata["pack"].flatMap { PackID($0) }
        return (await fixture.reason { throw error } ?? "none", pack)
    }
}

@Suite("The model of histories", .tags(.packs))
struct HistoryModelTests {
    private let pack = PackID(high: 1, low: 1)
    private let other = PackID(high: 1, low: 2)
    private let tenant = TenantID(high: 2, low: 2)

    private func change(_ at: Int, _ pack: PackID, _ status: PackStatus) -> History.Change {
        History.Change(at: at, pack: pack, tenant: tenant, status: status)
    }

    private func complaints(
        _ changes: [History.Change], _ calls: [History.Call] = [], failure: FailureReason? = nil,
        removed: Set<PackID> = []
    ) -> Int {
        let same = Digest256(words: (7, 7, 7, 7))
        let facts = [
            pack: History.Facts(
                fingerprint: same, failure: failure, supersededBy: failure == .superseded ? other : nil),
            other: History.Facts(fingerprint: same),
        ]
        return HistoryModel(changes: changes, calls: calls, facts: facts, removed: removed).complaints.count
    }

    private var life: [History.Change] {
        [change(2, pack, .queued), change(4, pack, .generating), change(6, pack, .ready), change(8, pack, .expired)]
    }

    @Test("explains a life in order, with its calls")
    func good() {
        let calls = [
            History.Call(begin: 1, end: 3, answer: .created(pack)),
            History.Call(begin: 1, end: 5, answer: .inProgress(pack)),
            History.Call(begin: 5, end: 7, answer: .reused(pack)),
            History.Call(begin: 7, end: 9, answer: .expired(pack)),
            History.Call(begin: 10, end: 11, answer: .downloadRefused(pack, "PACK_EXPIRED")),
        ]
        #expect(complaints(life, calls) == 0)
    }

    private var failed: [History.Change] { [change(2, pack, .queued), change(6, pack, .failed)] }

    /// The clock moves, a prune removes the pack, and a call hears so.
    private var removal: [History.Call] {
        [
            History.Call(begin: 10, end: 11, answer: .clockMoved),
            History.Call(begin: 12, end: 15, answer: .pruned(expired: 0, removed: 1)),
            History.Call(begin: 13, end: 14, answer: .gone(pack)),
        ]
    }

    @Test("explains a removal, and each way in which a generation may fail")
    func removals() {
        #expect(complaints(life, removal, removed: [pack]) == 0)
        let cancelled = History.Call(begin: 5, end: 7, answer: .cancelled(pack))
        #expect(complaints(failed, [cancelled], failure: .cancelled) == 0)
        #expect(
            complaints(failed, [History.Call(begin: 1, end: 3, answer: .created(pack))], failure: .interrupted) == 0)
        let winner = [change(-3, other, .queued), change(-2, other, .generating), change(-1, other, .ready)]
        #expect(complaints(winner + failed, failure: .superseded) == 0)
    }

    @Test("does not explain a failure without its cause, nor a pack that is gone for none or comes back")
    func badEnds() {
        for reason in FailureReason.allCases where reason != .interrupted {
            #expect(complaints(failed, failure: reason) > 0, "\(reason)")
        }
        let later = History.Call(begin: 8, end: 9, answer: .seen(pack, .failed))
        #expect(complaints(failed, [later], failure: .interrupted) > 0)
        #expect(complaints(life, removed: [pack]) > 0, "nobody removed it")
        #expect(complaints(life.dropLast(), removal, removed: [pack]) > 0, "it was ready")
        #expect(complaints(life, Array(removal.dropFirst()), removed: [pack]) > 0, "no time went by")
        #expect(complaints(life, [removal[0], removal[2]], removed: [pack]) > 0, "no prune")
        let back = History.Call(begin: 16, end: 17, answer: .seen(pack, .expired))
        #expect(complaints(life, removal + [back], removed: [pack]) > 0, "gone stays gone")
    }

    @Test("does not explain what must never happen")
    func bad() {
        #expect(complaints([change(1, pack, .ready)]) > 0, "ready from nothing")
        #expect(complaints(life + [change(9, pack, .ready)]) > 0, "expired does not stay expired")
        #expect(complaints([change(1, pack, .queued), change(2, other, .queued)]) > 0, "two are active")
        let twice = [pack, other].enumerated().flatMap { index, pack in
            [PackStatus.queued, .generating, .ready].enumerated().map { change(index * 3 + $0 + 1, pack, $1) }
        }
        #expect(complaints(twice) > 0, "two are ready with the same evidence")
        for answer in [
            History.Answer.downloaded(pack), .reused(pack), .seen(pack, .ready), .cancelled(pack), .created(pack),
            .inProgress(pack), .heldBack(pack), .pruneRefused, .pruned(expired: 1, removed: 0), .gone(pack),
            .unexpected("INTERNAL"),
        ] {
            #expect(complaints(life, [History.Call(begin: 10, end: 11, answer: answer)]) > 0, "\(answer) after the end")
        }
    }
}

/// SplitMix64: the same seed gives the same choices.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

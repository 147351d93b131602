import Domain
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("Generations that wait", .tags(.packs, .limits))
struct GenerationTurnTests {
    @Test(
        "are taken from the uids in turn, whoever has how many",
        arguments: [
            ("the order of coming, for one uid", [1, 1, 1], [1, 1, 1]),
            ("two uids alternate", [1, 1, 1, 2, 2], [1, 2, 1, 2, 1]),
            ("a third is not left out by two with many", [1, 1, 1, 2, 2, 2, 3], [1, 2, 3, 1, 2, 1, 2]),
            ("nor a fourth that comes last", [1, 1, 2, 2, 3, 3, 4], [1, 2, 3, 4, 1, 2, 3]),
        ] as [(String, [UInt32], [UInt32])])
    func turns(_ name: String, waiting: [UInt32], served: [UInt32]) throws {
        var line = FairLine<UInt32>(places: 1, share: .max)
        for uid in waiting { line.add(uid, of: .user(uid)) }
        var order: [UInt32] = []
        while let (requester, uid) = line.next() {
            order.append(uid)
            line.end(of: requester)
        }
        #expect(order == served, "\(name)")
    }

    @Test("are not overtaken by who asks again as soon as its one is done")
    func comingBack() {
        var line = FairLine<UInt32>(places: 1, share: .max)
        for uid in [1, 1, 1, 2] as [UInt32] { line.add(uid, of: .user(uid)) }
        var order: [UInt32] = []
        for _ in 0..<6 {
            guard let (requester, uid) = line.next() else { break }
            order.append(uid)
            line.end(of: requester)
            if uid == 2 { line.add(2, of: .user(2)) }
        }
        #expect(order == [1, 2, 1, 2, 1, 2])
    }

    @Test("begin as soon as the settings let more of them run at a time")
    func reload() async throws {
        let gate = Gate(.publishBeforeSync)
        let fixture = try ServiceFixture(faults: gate.hook)
        try await fixture.makeTenant()
        try await fixture.makeTenant(ServiceFixture.fabrikam, name: "Fabrikam")
        let held = try await fixture.generate().pack?.id ?? ""
        await gate.reached()
        let waiting = try await fixture.generate(tenant: ServiceFixture.fabrikam).pack?.id ?? ""
        #expect(fixture.core.generations.counts == (waiting: 1, running: 1))
        var settings = Settings()
        settings.concurrentGenerations = 2
        fixture.core.replace(settings: settings)
        defer { gate.open() }
        try #require(fixture.core.generations.counts == (waiting: 0, running: 2))
        #expect(try await fixture.finished(waiting).status == .ready)
        gate.open()
        #expect(try await fixture.finished(held).status == .ready)
    }
}

import Domain
import TestTags
import Testing

@Suite("Counting repeated events", .tags(.access))
struct CountedEventsTests {
    private func denial(_ uid: UInt32 = 5, _ reason: String = "NOT_FOUND", pack: UInt64 = 1) -> Denial {
        Denial(actor: Actor(uid: uid), method: "Get", reason: reason, packID: PackID(high: 0, low: pack))
    }

    private func token(_ pack: UInt64 = 1) -> AuditEntry {
        AuditEntry(.issueToken, packID: PackID(high: 0, low: pack), details: ["token_expires_at": "\(pack)"])
    }

    private func counts(_ events: [CountedEvents.Event]) -> [Int64] { events.map(\.entry.count) }

    @Test("of denials the first of a minute is written at once, the others as one event with their count")
    func window() {
        var counted = CountedEvents()
        let t0 = UnixMillis(1000)
        #expect(counts(counted.note(denial(), at: t0)) == [1])
        for _ in 0..<9 { #expect(counted.note(denial(), at: t0.advanced(byMilliseconds: 10)).isEmpty) }
        #expect(counted.drain(endedBy: t0.advanced(byMilliseconds: 59_999)).isEmpty)
        #expect(counts(counted.drain(endedBy: t0.advanced(byMilliseconds: 60_000))) == [9])
        #expect(!counted.hasPending)
        #expect(counts(counted.note(denial(), at: t0.advanced(byMinutes: 2))) == [1])
    }

    @Test("another uid or reason is another event; another pack is not, and is then not named")
    func kinds() {
        var counted = CountedEvents()
        let now = UnixMillis(0)
        #expect(counted.note(denial(5), at: now).count == 1)
        #expect(counted.note(denial(6), at: now).count == 1)
        #expect(counted.note(denial(5, "CAPABILITY_REQUIRED"), at: now).count == 1)
        #expect(counted.note(denial(5, pack: 2), at: now).isEmpty)
        #expect(counted.note(denial(5, pack: 3), at: now).isEmpty)
        let drained = counted.drain(endedBy: nil)
        #expect(counts(drained) == [2] && drained.first?.entry.packID == nil)
    }

    @Test(
        "of tokens and downloads the first thirty of a uid, subject, method and pack in a minute are written one by one"
    )
    func reads() {
        var counted = CountedEvents()
        let stamp = ActionStamp(actor: Actor(uid: 5), method: "Token")
        let now = UnixMillis(0)
        for _ in 0..<30 { #expect(counts(counted.note(read: token(), stamp, at: now)) == [1]) }
        for _ in 0..<4 { #expect(counted.note(read: token(), stamp, at: now).isEmpty) }
        #expect(counts(counted.note(read: token(2), stamp, at: now)) == [1])
        let other = ActionStamp(actor: Actor(uid: 6), method: "Token")
        #expect(counts(counted.note(read: token(), other, at: now)) == [1])
        // A portal's uid speaks for many: what one of them had is not counted with what another had.
        for subject in ["jos\u{E9}@example.org", "jose\u{301}@example.org"] as [ExactText] {
            let portal = ActionStamp(actor: Actor(uid: 5, onBehalfOf: subject), method: "Token")
            let events = counted.note(read: token(), portal, at: now)
            #expect(counts(events) == [1] && events.first?.actor.onBehalfOf == subject)
        }
        let drained = counted.drain(endedBy: now.advanced(byMinutes: 1))
        #expect(counts(drained) == [4] && drained.first?.actor == Actor(uid: 5))
        #expect(drained.first?.entry.packID == token().packID)
        #expect(counts(counted.note(read: token(), stamp, at: now.advanced(byMinutes: 1))) == [1])
    }

    @Test("the kinds that are followed are bounded, and nothing is lost at the bound")
    func bound() {
        var counted = CountedEvents()
        var written: Int64 = 0
        for uid in 0..<UInt32(3 * CountedEvents.maximumKinds) {
            for _ in 0..<2 {
                written += counts(counted.note(denial(uid), at: UnixMillis(Int64(uid)))).reduce(0, +)
            }
        }
        written += counts(counted.drain(endedBy: nil)).reduce(0, +)
        #expect(written == Int64(6 * CountedEvents.maximumKinds))
    }
}

import Domain
import TestTags
import Testing

@Suite("The life of a pack", .tags(.packs))
struct PackStatusTests {
    @Test("has exactly five edges")
    func edges() {
        var edges: Set<String> = []
        for from in PackStatus.allCases {
            for next in PackStatus.allCases where from.canBecome(next) { edges.insert("\(from.word) > \(next.word)") }
        }
        #expect(
            edges == [
                "queued > generating", "generating > ready", "ready > expired", "queued > failed",
                "generating > failed",
            ])
    }

    @Test("a ready pack answers as expired from the very millisecond of its expiry, whatever its row says")
    func effectiveStatus() {
        let expiry = UnixMillis(1000)
        #expect(PackStatus.ready.effective(expiresAt: expiry, now: UnixMillis(999)) == .ready)
        #expect(PackStatus.ready.effective(expiresAt: expiry, now: expiry) == .expired)
        #expect(PackStatus.failed.effective(expiresAt: expiry, now: UnixMillis(2000)) == .failed)
        #expect(PackStatus.ready.effective(expiresAt: nil, now: .latest) == .ready)
    }

    @Test("each word reads back as its status")
    func words() {
        for status in PackStatus.allCases { #expect(PackStatus(word: status.word) == status) }
        #expect(PackStatus(word: "Ready") == nil)
    }
}

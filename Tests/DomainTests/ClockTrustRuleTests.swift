import Domain
import TestTags
import Testing

@Suite("The trust in a clock", .tags(.durability))
struct ClockTrustRuleTests {
    @Test(
        "is doubted past the tolerance, at least a week, and more than a day behind",
        arguments: [
            (30, 30, false), (30, 31, true), (2, 7, false), (2, 8, true), (0, 1, false), (90, 90, false),
        ] as [(Int, Int, Bool)])
    func tolerance(grace: Int, days: Int, isDoubted: Bool) {
        let now = UnixMillis(1_772_337_906_000)
        let trust = ClockTrust(lastTrusted: now.advanced(byDays: -days))
        #expect(trust.isDoubted(at: now, graceDays: grace) == isDoubted)
        #expect(!ClockTrust(lastTrusted: nil).isDoubted(at: now, graceDays: grace))
        #expect(ClockTrust(lastTrusted: now, isBehind: true).isDoubted(at: now, graceDays: grace))
        #expect(!ClockTrust(lastTrusted: now, isBehind: true, wasSeenBefore: true).isDoubted(at: now, graceDays: grace))
    }
}

import Domain
import TestTags
import Testing

@Suite("Numbers from outside", .tags(.hostileInput, .limits))
struct OutsideNumberTests {
    private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]

    @Test("are added and multiplied to what is nearest to the truth, whatever they are", arguments: extremes, extremes)
    func arithmetic(_ a: Int64, _ b: Int64) {
        #expect(a.addingClamped(b) == Int64(clamping: Int128(a) + Int128(b)))
        #expect(a.multipliedClamped(by: b) == Int64(clamping: Int128(a) * Int128(b)))
    }

    @Test("of days, hours and minutes move a time to the end of time at most", arguments: extremes)
    func times(_ count: Int64) {
        let noon = UnixMillis(1_772_366_400_000)
        let end = count < -1 ? UnixMillis.earliest : .latest
        for (moved, unit) in [
            (noon.advanced(byDays: Int(count)), 86_400_000), (noon.advanced(byHours: Int(count)), 3_600_000),
            (noon.advanced(byMinutes: Int(count)), 60_000), (noon.advanced(byMilliseconds: count), 1),
        ] {
            #expect(moved == (abs(Double(count)) < 2 ? UnixMillis(noon.rawValue + count * Int64(unit)) : end))
        }
    }

    @Test(
        "of a clock are a time, held inside the years that there are",
        arguments: [
            (0, 0, UnixMillis(0)), (1, 999_999_999, UnixMillis(1999)), (-1, 0, UnixMillis(-1000)),
            (.max, .max, .latest), (.min, .min, .earliest), (.max, .min, .latest),
        ] as [(Int64, Int64, UnixMillis)])
    func clock(_ seconds: Int64, _ nanoseconds: Int64, _ time: UnixMillis) {
        #expect(UnixMillis(clockSeconds: seconds, nanoseconds: nanoseconds) == min(time, .latest))
    }

    @Test("of a stored summary are added", arguments: extremes, extremes)
    func summary(_ open: Int64, _ acknowledged: Int64) {
        var summary = PackSummary()
        (summary.findingsOpen, summary.findingsAcknowledged) = (open, acknowledged)
        #expect(summary.findings == open.addingClamped(acknowledged))
    }
}

@Suite("A part of a path that only trusted users may change", .tags(.access))
struct PathTrustTests {
    @Test(
        "is theirs, and closed to the writing of others",
        arguments: [
            (0o100644, 0, false, nil), (0o100600, 7, false, nil), (0o100664, 0, false, .writable),
            (0o100646, 0, false, .writable), (0o100666, 8, false, .owner(8)), (0o100644, 8, false, .owner(8)),
            (0o040755, 0, false, nil), (0o040775, 0, true, .writable), (0o041777, 0, true, nil),
            (0o041777, 0, false, .writable), (0o041777, 8, true, .owner(8)), (0o101666, 0, true, .writable),
            (0o120777, 0, false, nil), (0o120777, 8, true, .owner(8)), (0o100644, .max, false, .owner(.max)),
        ] as [(UInt32, UInt32, Bool, PathTrust.Fault?)])
    func rule(_ mode: UInt32, _ owner: UInt32, _ sticky: Bool, _ fault: PathTrust.Fault?) {
        #expect(PathTrust.fault(mode: mode, owner: owner, trusted: [0, 7], allowingSticky: sticky) == fault)
    }
}

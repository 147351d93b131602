import Domain
import TestTags
import Testing

@Suite("Times", .tags(.evidence))
struct TimeTests {
    @Test(
        "an RFC 3339 text reads as its instant and prints in UTC",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2026-03-01T04:05:06Z", 1_772_337_906_000, "2026-03-01T04:05:06Z"),
            ("2026-03-01T04:05:06.07Z", 1_772_337_906_070, "2026-03-01T04:05:06.070Z"),
            ("2026-03-01T04:05:06.0709999Z", 1_772_337_906_070, "2026-03-01T04:05:06.070Z"),
            ("2026-03-01T05:05:06+01:00", 1_772_337_906_000, "2026-03-01T04:05:06Z"),
            ("2026-02-28t23:35:06-04:30", 1_772_337_906_000, "2026-03-01T04:05:06Z"),
            ("2024-02-29T12:00:00Z", 1_709_208_000_000, "2024-02-29T12:00:00Z"),
            ("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"),
            ("1900-03-01T00:00:00Z", -2_203_891_200_000, "1900-03-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000, "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000, "2017-01-01T00:00:00Z"),
        ])
    func readsAndPrints(text: String, milliseconds: Int64, printed: String) throws {
        let time = try #require(UnixMillis(rfc3339: text))
        #expect(time.rawValue == milliseconds)
        #expect(time.description == printed)
    }

    @Test(
        "a text that is no RFC 3339 time is refused",
        arguments: [
            "", "2026-03-01", "2026-03-01T04:05:06", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx",
            "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "1900-02-29T00:00:00Z",
            "２０２６-01-01T00:00:00Z",
        ])
    func refuses(text: String) { #expect(UnixMillis(rfc3339: text) == nil) }

    @Test("every day from 1890 to 2110 prints as a date that reads back as itself")
    func daysRoundTrip() {
        for day in stride(from: -29_219, through: 51_500, by: 1) {
            let time = UnixMillis(Int64(day) * 86_400_000)
            let printed = time.description
            if UnixMillis(rfc3339: printed) != time { Issue.record("\(printed) is not day \(day)") }
        }
    }

    @Test("moving a time stays inside the legal range instead of overflowing")
    func movesWithinRange() {
        #expect(UnixMillis.latest.advanced(byDays: 1) == .latest)
        #expect(UnixMillis.earliest.advanced(byMilliseconds: .min) == .earliest)
        #expect(UnixMillis(rawValue: .max).advanced(byMilliseconds: .max) == .latest)
    }

    @Test("a time without a zone is read as UTC only where that is asked for")
    func zoneless() {
        let text = Array("2026-03-01T04:05:06".utf8)
        #expect(RFC3339.parse(text, zone: .required) == nil)
        #expect(RFC3339.parse(text, zone: .utcWhenAbsent) == UnixMillis(1_772_337_906_000))
    }
}

import ReviewPackModel
import Testing

@testable import ReviewPackIngest

@Suite("Times of scanners")
struct TimeReaderTests {
    @Test(
        "texts",
        arguments: [
            ("2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z"),
            ("2026-03-01T02:00:00.118204", "2026-03-01T02:00:00.118Z"),
            ("2026-03-01 02:00:00", "2026-03-01T02:00:00Z"), ("2026-03-01T02:00:00+02:00", "2026-03-01T00:00:00Z"),
            ("2026-03-01T02:00:00-0530", "2026-03-01T07:30:00Z"),
            ("2026-03-01t02:00:00.5z", "2026-03-01T02:00:00.500Z"),
            ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"), ("/Date(1772330400118)/", "2026-03-01T02:00:00.118Z"),
            ("/Date(1772330400118+0200)/", "2026-03-01T02:00:00.118Z"), ("2026-03-01T02:00:00.Z", nil),
            ("2026-02-29T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil), ("2026-03-01T24:00:00Z", nil),
            ("2026-03-01T02:60:00Z", nil), ("2026-03-01T02:00:00+24:00", nil), ("2026-03-01T02:00:00X", nil),
            ("2026-03-01", nil), ("", nil), ("1772330400", nil), ("/Date(x)/", nil), ("/Date(1772330400118)", nil),
            ("/Date(99999999999999999999999)/", nil), ("/Date()/", nil), ("1969-12-31T23:59:59Z", nil),
            ("0000-01-01T00:00:00Z", nil), ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("9999-12-31T23:59:59-01:00", nil),
        ] as [(String, String?)])
    func texts(text: String, expected: String?) {
        let time = Array(text.utf8).withUnsafeBytes { TimeReader.text($0) }
        #expect(time?.description == expected)
    }

    @Test(
        "numbers: seconds below 10^11, milliseconds from there",
        arguments: [
            ("1772330400", 1_772_330_400_000), ("1772330400118", 1_772_330_400_118), ("0", 0),
            ("1772330400.118204", 1_772_330_400_118), ("1772330400.5", 1_772_330_400_500),
            ("99999999999", 99_999_999_999_000), ("100000000000", 100_000_000_000), ("-1", nil), ("1e9", nil),
            ("253402300799999", 253_402_300_799_999), ("253402300800000", nil), ("12345678901234567890", nil),
        ] as [(String, Int64?)])
    func numbers(text: String, expected: Int64?) {
        #expect(Array(text.utf8).withUnsafeBytes { TimeReader.number($0) }?.rawValue == expected)
    }
}

import Domain
import TestTags
import Testing

@testable import ReviewPackAPI

@Suite("times", .tags(.wire))
struct TimestampTests {
    @Test(
        "a time survives to the millisecond, at both ends of the range and around 1970",
        arguments: [
            .earliest, .latest, UnixMillis(-1), UnixMillis(-1000), UnixMillis(-1001), UnixMillis(0), UnixMillis(1),
        ])
    func roundTrip(time: UnixMillis) throws {
        let bytes = WireTest.Everything(aTime: time).serialized()
        #expect(try WireTest.Everything(serialized: bytes).aTime == time)
    }

    @Test("before 1970 the seconds are rounded down and the nanoseconds stay positive")
    func negative() {
        // Field 16: seconds -1 (ten bytes) and nanos 999,000,000.
        let expected: [UInt8] =
            [0x82, 0x01, 0x11, 0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01, 0x10, 0xC0, 0x8F, 0xAE, 0xDC, 0x03]
        #expect(WireTest.Everything(aTime: UnixMillis(-1)).serialized() == expected)
    }

    @Test("what is finer than a millisecond is dropped")
    func submillisecond() throws {
        let bytes = Self.time(seconds: -1, nanos: 999_999_999)
        #expect(try WireTest.Everything(serialized: bytes).aTime == UnixMillis(-1))
    }

    @Test(
        "a time outside the years 0001 to 9999, or with nanoseconds outside a second, is refused",
        arguments: [
            (-62_135_596_801, 0), (253_402_300_800, 0), (.min, 0), (.max, 0), (0, -1), (0, 1_000_000_000), (0, .min),
        ] as [(Int64, Int32)])
    func outOfRange(seconds: Int64, nanos: Int32) {
        #expect(throws: WireError.timestampOutOfRange(field: "wiretest.Everything.a_time")) {
            try WireTest.Everything(serialized: Self.time(seconds: seconds, nanos: nanos))
        }
    }

    /// An `Everything` whose a_time holds the numbers as they are.
    private static func time(seconds: Int64, nanos: Int32) -> [UInt8] {
        let inner = [0x08] + varint(UInt64(bitPattern: seconds)) + [0x10] + varint(UInt64(bitPattern: Int64(nanos)))
        return [0x82, 0x01, UInt8(inner.count)] + inner
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (value, bytes) = (value, [UInt8]())
        while value > 0x7F {
            bytes.append(UInt8(value & 0x7F) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }
}

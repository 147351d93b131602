import Glibc

/// The kernel's clocks.
package enum SystemClock {
    /// CLOCK_REALTIME: the time of day, which may be set at any moment.
    package static func wall() -> (seconds: Int64, nanoseconds: Int64) { read(CLOCK_REALTIME) }

    /// CLOCK_MONOTONIC: what has passed since some moment at start-up, which nothing sets.
    package static func monotonic() -> (seconds: Int64, nanoseconds: Int64) { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> (seconds: Int64, nanoseconds: Int64) {
        var time = timespec()
        clock_gettime(clock, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}

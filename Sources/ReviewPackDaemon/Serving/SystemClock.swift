import Glibc
import ReviewPackModel

/// The system's clock, CLOCK_REALTIME in whole milliseconds.
public enum SystemClock {
    public static let now: @Sendable () -> UnixMillis = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixMillis(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

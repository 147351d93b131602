import Domain
import Glibc

/// The system's clock, CLOCK_REALTIME in whole milliseconds.
public enum SystemClock {
    public static let now: @Sendable () -> UnixMillis = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixMillis(clockSeconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }
}

import Glibc

/// How much longer work takes when there is twice as much of it: what tests say of loops over a caller's text.
package enum ProcessorTime {
    #if DEBUG
        /// Bytes of the smaller work. Code without optimisation takes some ten times as long, and a square shows here
        /// as well.
        package static let half = 32 << 10
    #else
        package static let half = 512 << 10
    #endif

    /// The ratio of the processor time of the calling thread for `2 * half` to that for `half`: of the least of some
    /// runs each, as other work on the machine only adds.
    package static func growth(_ work: (Int) throws -> Void) rethrows -> Double {
        var best = (small: Double.infinity, large: Double.infinity)
        for _ in 0..<6 {
            best.small = min(best.small, try seconds { try work(half) })
            best.large = min(best.large, try seconds { try work(2 * half) })
            if best.large <= 2.2 * best.small { break }
        }
        // What takes no time has no ratio.
        return best.large < 0.002 ? 1 : best.large / best.small
    }

    /// Seconds of the calling thread's processor time that the work takes.
    package static func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = now()
        try work()
        return now() - start
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

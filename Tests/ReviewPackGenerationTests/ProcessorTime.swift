import Glibc

/// How much longer work takes when there is twice as much of it, in processor time of the calling thread.
enum ProcessorTime {
    /// The ratio for `small` and `small * 2`: the least of some runs each, as other work on the machine only adds.
    static func growth(from small: Int, _ work: (Int) throws -> Void) rethrows -> Double {
        var best = (small: Double.infinity, large: Double.infinity)
        for _ in 0..<6 {
            best.small = min(best.small, try seconds { try work(small) })
            best.large = min(best.large, try seconds { try work(2 * small) })
            if best.large <= 2.2 * best.small { break }
        }
        // What takes no time has no ratio.
        return best.large < 0.002 ? 1 : best.large / best.small
    }

    private static func seconds(_ work: () throws -> Void) rethrows -> Double {
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

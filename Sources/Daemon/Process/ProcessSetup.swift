import CLinuxShims
import Glibc

/// What the process asks of the kernel before it does anything else; called on the first thread while it is the only
/// one.
package enum ProcessSetup {
    /// Opens /dev/null for each of the descriptors 0, 1 and 2 that is closed, so that no file of ours ever takes its
    /// number and receives what is meant for a log. Ends the process when even that fails.
    package static func occupyStandardDescriptors() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            // Lower numbers are taken by now, so open(2) gives exactly this one.
            guard open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY) == descriptor else { _exit(74) }
        }
    }

    /// Nothing that this process creates is open to others unless it says so.
    package static func restrictFileModes() { _ = umask(0o077) }

    /// What a daemon needs: no death by a closed pipe, and no copy of the memory, which holds token keys, in a core
    /// dump or a debugger.
    package static func becomeDaemonProcess() {
        signal(SIGPIPE, SIG_IGN)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = clinux_forbid_dumps()
    }

    /// Blocks the signals that the daemon handles in this thread and, by inheritance, in every later one: they stay
    /// pending until their handler listens, also when they come during a long start.
    package static func blockHandledSignals() { mask(SIG_BLOCK) }

    /// For the commands that are no daemon: they end by these signals like any other program.
    package static func unblockHandledSignals() { mask(SIG_UNBLOCK) }

    private static func mask(_ how: Int32) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, number) }
        pthread_sigmask(how, &set, nil)
    }

    /// Raises the soft descriptor limit, within the hard one, to what the connections and their downloads can need.
    ///
    /// Not further: descriptor tables grow with the highest number used, and a limit is also a fuse.
    package static func raiseDescriptorLimit(forConnections connections: Int) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return }
        let raised = descriptorLimit(
            soft: UInt64(limit.rlim_cur), hard: UInt64(limit.rlim_max), connections: connections)
        guard raised != UInt64(limit.rlim_cur) else { return }
        limit.rlim_cur = rlim_t(raised)
        _ = setrlimit(resource, &limit)
    }

    /// Two descriptors a connection (its socket, a pack file that it reads) and 1024 for everything else.
    static func descriptorLimit(soft: UInt64, hard: UInt64, connections: Int) -> UInt64 {
        min(hard, max(soft, UInt64(max(0, connections)) * 2 + 1024))
    }
}

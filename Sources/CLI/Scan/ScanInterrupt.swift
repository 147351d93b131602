import Domain
import Synchronization

/// Ends a row of scans when a signal comes: the running collector is stopped, none is started after it.
final class ScanInterrupt: Sendable {
    private struct State {
        var isInterrupted = false
        var process: CollectorProcess?
    }

    private let state = Mutex(State())

    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// The first signal.
    func interrupt() {
        let process = state.withLock { state in
            state.isInterrupted = true
            return state.process
        }
        process?.stop(Self.fault)
    }

    /// The second signal ends this process at once; the collector must not outlive it.
    func kill() { state.withLock { $0.process }?.killNow() }

    /// Says which collector runs now; one that starts after the signal is stopped at once.
    func watch(_ process: CollectorProcess?) {
        let isLate = state.withLock { state in
            state.process = process
            return state.isInterrupted
        }
        if isLate { process?.stop(Self.fault) }
    }

    private static let fault = ScanFault(.interrupted, "the scan was interrupted")
}

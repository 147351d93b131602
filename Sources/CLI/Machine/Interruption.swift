package import Dispatch
import Domain
import ExitCodes
import Glibc
import Synchronization

/// What must be undone when the user interrupts: names of unfinished files, a progress line.
///
/// A cleanup runs at most once, either when a signal comes or never: `settle` takes it out before it could be wrong.
package final class Interruption: Sendable {
    private struct State {
        var next = 0
        var cleanups: [Int: @Sendable () -> Void] = [:]
        /// Ends the command's work in order; taken by the first signal.
        var ending: (@Sendable () -> Void)?
    }

    struct Registration: Sendable { fileprivate let number: Int }

    private let state = Mutex(State())

    package init() {}

    /// Adds a cleanup; it runs on another thread and must not wait.
    func onInterrupt(_ cleanup: @escaping @Sendable () -> Void) -> Registration {
        state.withLock { state in
            defer { state.next += 1 }
            state.cleanups[state.next] = cleanup
            return Registration(number: state.next)
        }
    }

    /// Takes the cleanup out and does `step`, such as a rename, with no signal in between.
    func settle<Failure: Error>(_ registration: Registration, _ step: () throws(Failure) -> Void) throws(Failure) {
        let result: Result<Void, Failure> = state.withLock { state in
            let result = Result { () throws(Failure) in try step() }
            state.cleanups[registration.number] = nil
            return result
        }
        try result.get()
    }

    /// Lets the command end its work itself: the first signal calls `ending` and nothing else, the next one ends the
    /// process.
    ///
    /// It runs on another thread and must not wait.
    func handOver(_ ending: @escaping @Sendable () -> Void) { state.withLock { $0.ending = ending } }

    /// From now on the first signal ends the process again.
    func takeBack() { state.withLock { $0.ending = nil } }

    /// Whether the command took it upon itself to end.
    func forwardSignal() -> Bool {
        let ending = state.withLock { state in
            defer { state.ending = nil }
            return state.ending
        }
        ending?()
        return ending != nil
    }

    func runCleanups() {
        // The lock is kept: nothing is settled any more, the process ends.
        state.withLock { state in
            for cleanup in state.cleanups.values { cleanup() }
            state.cleanups = [:]
        }
    }

    /// From now on SIGINT ends the process with 130, SIGTERM and SIGHUP as they would have, each after the cleanups.
    ///
    /// A signal that was ignored when the process began (nohup, a shell's background job) stays ignored.
    package func watchSignals() -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "reviewpackctl.signals")
        return [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            var present = sigaction()
            guard sigaction(number, nil, &present) == 0, !present.isIgnored else { return nil }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if self.forwardSignal() { return }
                self.runCleanups()
                if number == SIGINT { _exit(ExitStatus.interrupted.rawValue) }
                Self.endProcess(by: number)
            }
            source.resume()
            return source
        }
    }

    /// Ends the process as the signal would have, so that a shell or a service manager sees what it sent.
    private static func endProcess(by number: CInt) -> Never {
        signal(number, SIG_DFL)
        // The threads of dispatch queues block all signals: sent to this one alone (raise), it would stay pending.
        var only = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, number)
        pthread_sigmask(SIG_UNBLOCK, &only, nil)
        kill(getpid(), number)
        _exit(128 + number)
    }
}

extension sigaction {
    /// SIG_IGN is the pointer value 1, which has no Swift constant that compares.
    fileprivate var isIgnored: Bool {
        unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}

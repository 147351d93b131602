import Dispatch
import Domain
import Glibc
import ReviewPackClient
import Synchronization

/// A running collector: a process that leads a session and group of its own, so that nothing of it is left behind.
///
/// 1. A signal goes to the whole group, and only while the leader is not reaped: until then its id cannot be another's.
/// 2. When the leader has ended, what is left of its group is killed, and only then is it reaped.
/// 3. The first reason to stop it stays: what comes after is its consequence.
/// A process that starts a session of its own escapes the group; the service manager's control group ends that one.
final class CollectorProcess: Sendable {
    private struct State {
        var fault: ScanFault?
        var isReaped = false
    }

    let pipes: CollectorPipes
    private let pid: pid_t
    private let grace: Duration
    private let state = Mutex(State())
    private let report = Mutex(ScanFailureReport())
    /// Left when all of its errors are read.
    private let errorsRead = DispatchGroup()
    /// Left when its end is known.
    private let ended = DispatchGroup()

    /// Starts the program. `grace` is how long it may go on after SIGTERM.
    init(
        path: String, arguments: [String] = [], environment: [String: String], timeout: Duration,
        grace: Duration = .seconds(5)
    ) throws(ScanFault) {
        let (reading, writing) = try CollectorPipes.make()
        pipes = reading
        self.grace = grace
        let child = CollectorSpawn.start(
            path, arguments: arguments, environment, output: writing.output, errors: writing.errors)
        close(writing.output)
        close(writing.errors)
        pid = child.pid
        guard child.error == 0 else {
            close(writing.ended)
            throw ScanFault(.collectorFailed, "\(path) cannot be started: \(ClientError.words(errno: child.error))")
        }
        readErrors()
        awaitEnd(closing: writing.ended)
        after(timeout) { process in
            process.stop(ScanFault(.timeout, "the collector took longer than \(timeout.inSeconds) s"))
        }
    }

    /// Asks the group to end, and kills it when it does not; returns at once. After the end this does nothing.
    func stop(_ fault: ScanFault) { end(fault, alsoAfterwards: false) }

    /// The same for what is wrong with its output, which counts after its end, too.
    func reject(_ fault: ScanFault) { end(fault, alsoAfterwards: true) }

    private func end(_ fault: ScanFault, alsoAfterwards: Bool) {
        let isRunning = state.withLock { state in
            guard state.fault == nil, !state.isReaped || alsoAfterwards else { return false }
            state.fault = fault
            guard !state.isReaped else { return false }
            kill(-pid, SIGTERM)
            return true
        }
        if isRunning { after(grace) { $0.killNow() } }
    }

    /// Kills the group without asking.
    func killNow() { state.withLock { if !$0.isReaped { kill(-pid, SIGKILL) } } }

    /// Waits for the end; nil when the program ended with 0 and nothing was wrong with it.
    func fault() async -> ScanFault? {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            ended.notify(queue: .global()) { done.resume() }
        }
        return state.withLock { $0.fault }
    }

    private func readErrors() {
        errorsRead.enter()
        DispatchQueue(label: "reviewpackctl.collector.errors").async { [self] in
            withUnsafeTemporaryAllocation(byteCount: ScanFailureReport.limit, alignment: 1) { buffer in
                while true {
                    let count = pipes.read(pipes.errors, into: buffer)
                    if count == 0 { break }
                    report.withLock { $0.add(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                }
            }
            errorsRead.leave()
        }
    }

    private func awaitEnd(closing writing: CInt) {
        ended.enter()
        DispatchQueue(label: "reviewpackctl.collector.end").async { [self] in
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            var status: CInt = 0
            state.withLock { state in
                kill(-pid, SIGKILL)
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                state.isReaped = true
            }
            close(writing)
            errorsRead.wait()
            judge(status)
            ended.leave()
        }
    }

    private func judge(_ status: CInt) {
        guard status != 0 else { return }
        let signal = status & 0x7F
        let how = signal == 0 ? "ended with exit code \(status >> 8 & 0xFF)" : "was ended by signal \(signal)"
        let said = report.withLock { $0.text }
        let message = "the collector \(how)" + (said.isEmpty ? "" : "; its last words: \(said)")
        state.withLock { if $0.fault == nil { $0.fault = ScanFault(.collectorFailed, message) } }
    }

    private func after(_ delay: Duration, _ action: @escaping @Sendable (CollectorProcess) -> Void) {
        let milliseconds =
            Int(clamping: delay.components.seconds * 1000)
            + Int(delay.components.attoseconds / 1_000_000_000_000_000)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            if let self { action(self) }
        }
    }
}

extension Duration {
    /// `1800`, `0.5`.
    var inSeconds: String {
        let thousandths = components.attoseconds / 1_000_000_000_000_000
        guard thousandths != 0 else { return "\(components.seconds)" }
        return "\(Double(components.seconds) + Double(thousandths) / 1000)"
    }
}

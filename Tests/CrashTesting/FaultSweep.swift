import Foundation
import ReviewPackClient
import ReviewPackModel
import ReviewPackWire

/// Runs a daemon from its first start through every kind of change, again and again, and each time another one of its system calls on
/// the state directory fails.
///
/// Whatever was acknowledged must be there after a start without faults; the daemon never crashes and never hangs; what failed
/// once works when it is asked for again; and what was not synced is never taken for synced.
public struct FaultSweep: Sendable {
    /// How a call fails.
    public enum Fault: String, CaseIterable, Sendable {
        case io
        case noSpace
        /// No space from that call on, as on a disk that stays full.
        case full

        /// For what a generation may fail then.
        var failures: Set<String> {
            switch self {
            case .io: ["io_error"]
            case .noSpace, .full: ["storage_full"]
            }
        }

        var text: String {
            switch self {
            case .io: "\(EIO)"
            case .noSpace: "\(ENOSPC)"
            case .full: "\(ENOSPC):lasting"
            }
        }
    }

    public struct Options: Sendable {
        public var daemon: String
        public var interposer: String
        public var seed: UInt64
        /// The first call that fails, and the distance to the next one.
        public var first = 1
        public var every = 1
        public var fault = Fault.io
        /// Only syncs have their turn: there are few, and much hangs on them.
        public var onlySyncs = false
        public var limit = Duration.seconds(3600)

        public init(daemon: String, interposer: String, seed: UInt64) {
            self.daemon = daemon
            self.interposer = interposer
            self.seed = seed
        }
    }

    private let options: Options

    public init(_ options: Options) { self.options = options }

    /// Throws a `Violation` that names the call.
    public func run() async throws -> FaultReport {
        var report = FaultReport()
        let end = ContinuousClock.now.advanced(by: options.limit)
        // The lowest number that the scenario is known not to reach.
        var beyond = Int.max
        for offset in Self.spread {
            var number = options.first + offset * options.every
            while number < beyond {
                guard ContinuousClock.now < end else { return report }
                if try await !fail(number, &report) { beyond = number }
                number += Self.spread.count * options.every
            }
        }
        report.reachedEnd = true
        return report
    }

    /// The order of every sixteen calls: a sweep that is cut short has then been everywhere, only less often.
    private static let spread = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15]

    /// False when the scenario ended before the call came.
    private func fail(_ number: Int, _ report: inout FaultReport) async throws -> Bool {
        let folder = try ScratchFolder()
        let run = FaultRun(options, folder, number: number)
        do {
            guard let outcome = try await run.run() else { return false }
            report.runs += 1
            report.calls[outcome.call, default: 0] += 1
            if outcome.refusedStart { report.refusedStarts += 1 }
            report.refusedSteps += outcome.refusedSteps
            return true
        } catch {
            let log = (try? FaultLog(path: run.logPath))?.around(number) ?? "no log"
            throw Violation("\(options.fault) at call \(number): \(error)\n\(log)\n\(run.journal)")
        }
    }
}

public struct FaultReport: Sendable {
    /// Calls that failed, one a run.
    public var runs = 0
    public var calls: [String: Int] = [:]
    public var refusedStarts = 0
    public var refusedSteps = 0
    /// Whether every call had its turn.
    public var reachedEnd = false

    public init() {}

    public mutating func add(_ other: FaultReport) {
        runs += other.runs
        calls.merge(other.calls, uniquingKeysWith: +)
        refusedStarts += other.refusedStarts
        refusedSteps += other.refusedSteps
    }

    public var summary: String {
        let kinds = calls.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(runs) faults (\(kinds)), \(refusedStarts) clean refusals to start, \(refusedSteps) refused changes"
    }
}

/// One daemon with one failing call.
struct FaultRun {
    struct Outcome {
        var call: String
        var refusedStart = false
        var refusedSteps = 0
    }

    private let options: FaultSweep.Options
    private let folder: ScratchFolder
    private let number: Int

    init(_ options: FaultSweep.Options, _ folder: ScratchFolder, number: Int) {
        self.options = options
        self.folder = folder
        self.number = number
    }

    var logPath: String { folder.path + "/calls" }

    var journal: String {
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: folder.path + "/journal"))) ?? Data()
        return String(decoding: bytes.suffix(3000), as: UTF8.self)
    }

    /// Nil when the scenario ended before the call came.
    func run() async throws -> Outcome? {
        let daemon = try DaemonProcess(
            program: options.daemon, folder: folder.path, settings: crashSettings,
            environment: [
                "LD_PRELOAD": options.interposer, "FAULT_ROOT": DaemonProcess.state(folder.path), "FAULT_LOG": logPath,
                "FAULT_FAIL": "\(number):\(options.fault.text)",
                "FAULT_CALLS": options.onlySyncs ? "syncs" : "all",
            ])
        var outcome = Outcome(call: "")
        var ledgers: [TenantLedger] = []
        do {
            let client = try await daemon.serving()
            (ledgers, outcome.refusedSteps) = try await play(client)
            await client.close()
            guard !daemon.hasEnded else { throw Violation("the daemon ended by itself: \(daemon.wait())") }
            // Half of them end in good order, which is a few calls more.
            daemon.signal(number.isMultiple(of: 2) ? SIGTERM : SIGKILL)
            guard let end = try await daemon.end(within: .seconds(30)) else {
                daemon.signal(SIGKILL)
                throw Violation("the daemon does not end")
            }
            if case .signalled(let signal) = end, signal != SIGKILL { throw Violation("it ended by signal \(signal)") }
        } catch let refusal as DaemonProcess.NotServing {
            guard case .exited(let code)? = refusal.end, code >= 64 else { throw refusal }
            outcome.refusedStart = true
        }
        let log = try FaultLog(path: logPath)
        guard let call = log.call(number) else { return nil }
        outcome.call = call
        if let complaint = log.falseSync { throw Violation(complaint) }
        try await verify(ledgers)
        return outcome
    }

    /// Takes the scenario's steps; each that is refused is asked for once more, and when it fails again the rest is left out.
    private func play(_ client: ReviewPackClient) async throws -> (ledgers: [TenantLedger], refused: Int) {
        var generator = SeededGenerator(seed: options.seed)
        let tenants = (0..<2).map { _ in TenantClient(client, TenantLedger(externalID: generator.uuid())) }
        let system = TenantClient(client, TenantLedger(externalID: ""))
        for tenant in tenants {
            tenant.failures = options.fault.failures
            if options.fault == .full { tenant.patience = .seconds(1) }
        }
        var refused = 0
        var scenario = Scenario(seed: options.seed) { tenant, step in
            do {
                try await tenant.take(step)
            } catch {
                if error is Violation { throw error }
                refused += 1
                try await tenant.takeAgain(step)
            }
        }
        do {
            refused += try await makeWorkspace(client)
            try await scenario.begin(tenants[0], tenants[1])
            try await scenario.go(tenants[0], tenants[1], system)
        } catch {
            // What was acknowledged until here is compared all the same.
            if error is Violation { throw error }
        }
        return (tenants.map(\.ledger) + [system.ledger], refused)
    }

    /// Returns how often it was refused.
    private func makeWorkspace(_ client: ReviewPackClient) async throws -> Int {
        if (try? await client.createWorkspace(name: TenantClient.workspace)) != nil { return 0 }
        do {
            _ = try await client.createWorkspace(name: TenantClient.workspace)
        } catch ClientError.remote(let failure) where failure.reason == .alreadyExists {}
        return 1
    }

    private func verify(_ ledgers: [TenantLedger]) async throws {
        let daemon = try DaemonProcess(program: options.daemon, folder: folder.path, settings: crashSettings)
        defer {
            daemon.signal(SIGKILL)
            _ = daemon.wait()
        }
        let client = try await daemon.serving()
        var verification = Verification()
        verification.failures = options.fault.failures
        _ = try await verification.run(ledgers, client: client, folder: folder.path, readingData: true)
        await client.close()
    }
}

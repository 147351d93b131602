import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient

/// Runs a daemon from its first start through every kind of change, again and again, and each time another one of its
/// system calls on the state directory fails, or is its last.
///
/// Whatever was acknowledged must be there after a start without faults; the daemon never crashes and never hangs; what
/// failed once works when it is asked for again; and what was not synced is never taken for synced.
package struct FaultSweep: Sendable {
    /// How a call fails.
    package enum Fault: String, CaseIterable, Sendable {
        case io
        case noSpace
        /// No space from that call on, as on a disk that stays full.
        case full
        /// The process dies instead of making the call.
        case killBefore
        /// The process dies right after the call.
        case killAfter

        package static let failures: [Fault] = [.io, .noSpace, .full]

        var kills: Bool { self == .killBefore || self == .killAfter }

        /// For what a generation may fail then.
        var failures: Set<String> {
            switch self {
            case .io: ["io_error"]
            // SQLite says of a file that it cannot open that it cannot, and not why.
            case .noSpace, .full: ["storage_full", "io_error"]
            case .killBefore, .killAfter: []
            }
        }

        var text: String {
            switch self {
            case .io: "\(EIO)"
            case .noSpace: "\(ENOSPC)"
            case .full: "\(ENOSPC):lasting"
            case .killBefore: "kill"
            case .killAfter: "killed"
            }
        }
    }

    package struct Options: Sendable {
        package var daemon: String
        package var interposer: String
        package var seed: UInt64
        /// The first call that fails, and the distance to the next one.
        package var first = 1
        package var every = 1
        package var fault = Fault.io
        /// Only syncs have their turn: there are few, and much hangs on them. When one fails, what was acknowledged
        /// must also be there on a disk without what was not synced and without what the failed sync was for.
        package var onlySyncs = false
        package var limit = Duration.seconds(3600)

        package init(daemon: String, interposer: String, seed: UInt64) {
            self.daemon = daemon
            self.interposer = interposer
            self.seed = seed
        }
    }

    private let options: Options

    package init(_ options: Options) { self.options = options }

    /// Throws a `Violation` that names the call.
    package func run() async throws -> FaultReport {
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

package struct FaultReport: Sendable {
    /// Calls that failed, one a run.
    package var runs = 0
    package var calls: [String: Int] = [:]
    package var refusedStarts = 0
    package var refusedSteps = 0
    /// Whether every call had its turn.
    package var reachedEnd = false

    package init() {}

    package mutating func add(_ other: FaultReport) {
        runs += other.runs
        calls.merge(other.calls, uniquingKeysWith: +)
        refusedStarts += other.refusedStarts
        refusedSteps += other.refusedSteps
    }

    package var summary: String {
        let kinds = calls.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(runs) faults (\(kinds)), \(refusedStarts) clean refusals to start, \(refusedSteps) refused changes"
    }
}

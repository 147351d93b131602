import ArgumentParser
import CrashTesting
import Foundation

/// Breaks real daemons and verifies what they still know: what `scripts/soak` runs for long and the tests for short.
///
/// Prints one summary line and exits with 0, or prints what was lost and exits with 1.
@main
struct CrashLoop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Break daemons in every way that a machine can, and verify what they acknowledged.",
        subcommands: [Kill.self, Faults.self, Power.self])
}

/// What every mode takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "Start of the random choices; the same seed makes the same choices.")
    var seed = UInt64.random(in: 0...UInt64(UInt32.max))

    @Option(help: "Ends after so many seconds.")
    var limit = 3600

    @Option(help: "The daemon (else reviewpackd beside this program).")
    var daemon: String?

    @Option(help: "Daemons at a time.")
    var lanes = 2

    var daemonPath: String {
        daemon
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("reviewpackd").path
    }
}

extension CommonOptions {
    /// Runs `body` in every lane at a time; what one of them finds ends the program.
    func inLanes<Report: Sendable>(
        _ body: @escaping @Sendable (_ lane: Int, _ interposer: String) async throws -> Report
    ) async throws -> [Report] {
        say("seed \(seed)")
        let tools = try ScratchFolder()
        let interposer = try Interposer.build(in: tools.path)
        do {
            return try await withThrowingTaskGroup(of: Report.self) { group in
                for lane in 0..<lanes { group.addTask { try await body(lane, interposer) } }
                var reports: [Report] = []
                for try await report in group { reports.append(report) }
                return reports
            }
        } catch {
            say("LOST: \(error)")
            throw ExitCode.failure
        }
    }
}

struct Kill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Kill daemons at random instants while clients work.")

    @OptionGroup var common: CommonOptions

    @Option(help: "Kills in all.")
    var kills = 200

    func run() async throws {
        let share = (kills + common.lanes - 1) / common.lanes
        let common = common
        let reports = try await common.inLanes { lane, interposer in
            var options = KillLoop.Options(daemon: common.daemonPath, seed: common.seed &+ UInt64(lane))
            options.kills = share
            options.limit = .seconds(common.limit)
            options.interposer = interposer
            var loop = KillLoop(options)
            return try await loop.run()
        }
        var all = KillReport()
        for report in reports { all.add(report) }
        say(all.summary)
    }
}

struct Faults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let each of the daemon's calls on its state directory fail in turn, or be its last.",
        discussion: "With --every N only every Nth call, from one on that the seed chooses.")

    @OptionGroup var common: CommonOptions

    @Option(help: "The distance from one failing call to the next.")
    var every = 1

    @Option(
        help: """
            One kind of fault: io, noSpace, full, killBefore or killAfter; else those that let a call fail, \
            one after the other.
            """)
    var fault: FaultSweep.Fault?

    @Flag(help: "Syncs alone have their turn; where they fail, the power goes as well.")
    var syncs = false

    func run() async throws {
        let (common, every, syncs) = (common, every, syncs)
        let stride = every * common.lanes
        let faults = fault.map { [$0] } ?? FaultSweep.Fault.failures
        let end = ContinuousClock.now.advanced(by: .seconds(common.limit))
        for (index, fault) in faults.enumerated() {
            // What one of them leaves of its time is for those that follow.
            let limit = (end - ContinuousClock.now) / (faults.count - index)
            let reports = try await common.inLanes { lane, interposer in
                var options = FaultSweep.Options(
                    daemon: common.daemonPath, interposer: interposer, seed: common.seed)
                options.first = 1 + Int(common.seed % UInt64(every)) + lane * every
                options.every = stride
                options.fault = fault
                options.onlySyncs = syncs
                options.limit = limit
                return try await FaultSweep(options).run()
            }
            var all = FaultReport()
            for report in reports { all.add(report) }
            say("\(fault): \(all.summary)\(reports.allSatisfy(\.reachedEnd) ? "" : ", cut short by the time limit")")
        }
    }
}

extension FaultSweep.Fault: ExpressibleByArgument {}

struct Power: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start daemons on what a disk may hold after the power went.")

    @OptionGroup var common: CommonOptions

    @Option(help: "Instants in all.")
    var images = 50

    func run() async throws {
        let share = (images + common.lanes - 1) / common.lanes
        let common = common
        let reports = try await common.inLanes { lane, interposer in
            var options = PowerLoss.Options(
                daemon: common.daemonPath, interposer: interposer, seed: common.seed &+ UInt64(lane))
            options.images = share
            options.limit = .seconds(common.limit)
            var loss = PowerLoss(options)
            return try await loss.run()
        }
        let images = reports.map(\.images).reduce(0, +)
        say("\(images) power losses within \(reports.map(\.changes).reduce(0, +)) recorded changes")
    }
}

/// Prints a line at once: whoever follows a long run sees each as it comes.
private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

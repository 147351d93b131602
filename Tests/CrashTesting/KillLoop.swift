import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient

/// Kills a daemon at random instants while clients work, and compares what it then knows with what it had acknowledged.
///
/// One lane is one daemon after the other; each gets a fresh folder after so many kills, so that a long run does not
/// measure how long a large audit log takes to check.
package struct KillLoop: Sendable {
    package struct Options: Sendable {
        package var daemon: String
        package var seed: UInt64
        /// Kills of this lane.
        package var kills = 100
        /// The lane ends early after so long.
        package var limit = Duration.seconds(3600)
        package var tenants = 3
        /// Kills in one folder.
        package var life = 200
        /// Every restart is checked; every so manyth, and the end of each folder, with every byte read.
        package var readEvery = 16
        /// The preloaded library that moves the clock; without it packs never pass their time.
        package var interposer: String?

        package init(daemon: String, seed: UInt64) {
            self.daemon = daemon
            self.seed = seed
        }
    }

    private let options: Options
    private var generator: SeededGenerator
    private var report = KillReport()

    package init(_ options: Options) {
        self.options = options
        generator = SeededGenerator(seed: options.seed)
    }

    /// Throws a `Violation` that says what was lost, and where.
    package mutating func run() async throws -> KillReport {
        let end = ContinuousClock.now.advanced(by: options.limit)
        while report.kills < options.kills, ContinuousClock.now < end {
            let folder = try ScratchFolder()
            var life = Life(folder: folder, options: options, seed: generator.next())
            do {
                try await life.run(
                    kills: min(options.life, options.kills - report.kills), until: end, into: &report)
            } catch {
                throw Violation(
                    "seed \(options.seed), after \(report.kills) kills: \(error)\n\(life.journal)")
            }
        }
        return report
    }
}

/// One state directory and its daemons.
private struct Life {
    let folder: ScratchFolder
    let options: KillLoop.Options
    var generator: SeededGenerator
    var ledgers: [TenantLedger]
    var system = TenantLedger(externalID: "")
    var verification = Verification()
    var clockAhead = 0
    var startTimes: [Double] = []

    init(folder: ScratchFolder, options: KillLoop.Options, seed: UInt64) {
        self.folder = folder
        self.options = options
        var generator = SeededGenerator(seed: seed)
        ledgers = (0..<options.tenants).map { _ in TenantLedger(externalID: generator.uuid()) }
        self.generator = generator
    }

    var journal: String {
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: folder.path + "/journal"))) ?? Data()
        return String(decoding: bytes.suffix(4000), as: UTF8.self)
    }

    mutating func run(kills: Int, until end: ContinuousClock.Instant, into report: inout KillReport) async throws {
        var done = 0
        while done < kills, ContinuousClock.now < end {
            if options.interposer != nil, done > 0, generator.once(in: 10), mayMoveClock { moveClock() }
            let daemon = try start()
            // Some die on their way up, which is where recovery runs.
            if done > 0, generator.once(in: 4) {
                let usual = startTimes.suffix(20).sorted()[startTimes.suffix(20).count / 2]
                try await Task.sleep(for: .seconds(Double.random(in: 0...usual * 1.1, using: &generator)))
                report.killsWhileStarting += 1
            } else {
                do { try await session(daemon, restart: done, &report) } catch {
                    daemon.signal(SIGKILL)
                    _ = daemon.wait()
                    throw error
                }
            }
            daemon.signal(SIGKILL)
            try requireKilled(daemon.wait())
            done += 1
            report.kills += 1
        }
        try await lastStart(&report)
    }

    /// A `request_id` is kept for a day: after two, what is still to be repeated would be done a second time, and
    /// rightly so.
    private var mayMoveClock: Bool { !ledgers.contains { $0.uncertain.contains { $0.isRepeatable } } }

    private mutating func moveClock() {
        clockAhead += 2 * 86_400
        verification.clockMoved = true
        for index in ledgers.indices { ledgers[index].passRetention(2 * 86_400) }
    }

    private func start() throws -> DaemonProcess {
        var environment: [String: String] = [:]
        if let interposer = options.interposer {
            environment = ["LD_PRELOAD": interposer, "FAULT_CLOCK": "\(clockAhead)"]
        }
        return try DaemonProcess(
            program: options.daemon, folder: folder.path, settings: crashSettings, environment: environment)
    }

    private func requireKilled(_ end: DaemonProcess.End) throws {
        guard end == .signalled(SIGKILL) else { throw Violation("the daemon ended by itself: \(end)") }
    }

    /// From ready to just before the kill.
    private mutating func session(_ daemon: DaemonProcess, restart: Int, _ report: inout KillReport) async throws {
        let started = ContinuousClock.now
        let client = try await daemon.serving()
        startTimes.append((ContinuousClock.now - started) / .seconds(1))
        report.startTimes.append(startTimes[startTimes.count - 1])
        if restart == 0 { _ = try await client.createWorkspace(name: TenantClient.workspace) }
        try await verify(client, readingData: restart % options.readEvery == 0)
        report.verifications += 1

        let delay = Double.random(in: 0...0.15, using: &generator)
        let seeds = (0...ledgers.count).map { _ in generator.next() }
        let prunes = generator.once(in: 2)
        let owners = ledgers
        let system = system
        let outcomes = await withTaskGroup(of: Outcome.self) { group in
            for (index, ledger) in owners.enumerated() {
                group.addTask { await Self.work(client, ledger, seed: seeds[index], index: index) }
            }
            if prunes { group.addTask { await Self.prune(client, system, after: delay * 0.6) } }
            group.addTask {
                try? await Task.sleep(for: .seconds(delay))
                daemon.signal(SIGKILL)
                return Outcome(index: nil, ledger: nil)
            }
            var all: [Outcome] = []
            for await outcome in group { all.append(outcome) }
            return all
        }
        await client.close()
        try settle(outcomes, &report)
    }

    private mutating func verify(_ client: ReviewPackClient, readingData: Bool) async throws {
        let settled = try await verification.run(
            ledgers + [system], client: client, folder: folder.path, readingData: readingData)
        ledgers = Array(settled.dropLast())
        system = settled[settled.count - 1]
    }

    private mutating func settle(_ outcomes: [Outcome], _ report: inout KillReport) throws {
        for outcome in outcomes {
            if let complaint = outcome.complaint { throw Violation(complaint) }
            report.acknowledged.merge(outcome.acknowledged, uniquingKeysWith: +)
            report.cutOff += outcome.ledger?.uncertain.count ?? 0
            guard let ledger = outcome.ledger else { continue }
            if let index = outcome.index { ledgers[index] = ledger } else { system = ledger }
        }
        // An acknowledged prune has taken every pack whose time had passed when the daemon started.
        if outcomes.contains(where: { $0.acknowledged["prune"] != nil }) {
            for index in ledgers.indices { ledgers[index].prunePastDue() }
        }
    }

    /// Ends the folder's life in good order.
    private mutating func lastStart(_ report: inout KillReport) async throws {
        let daemon = try start()
        do {
            let client = try await daemon.serving()
            try await verify(client, readingData: true)
            await client.close()
        } catch {
            daemon.signal(SIGKILL)
            _ = daemon.wait()
            throw error
        }
        daemon.signal(SIGTERM)
        let end = daemon.wait()
        guard end == .exited(0) else { throw Violation("the daemon did not stop cleanly: \(end)") }
        report.verifications += 1
    }

    struct Outcome: Sendable {
        /// Of the tenant; nil for the caller that prunes.
        var index: Int?
        var ledger: TenantLedger?
        var acknowledged: [String: Int] = [:]
        var complaint: String?
    }

    private static func work(
        _ client: ReviewPackClient, _ ledger: TenantLedger, seed: UInt64, index: Int
    ) async -> Outcome {
        let tenant = TenantClient(client, ledger)
        var choice = StepChoice(seed: seed)
        let complaint = await tenant.work(&choice)
        return Outcome(
            index: index, ledger: tenant.ledger, acknowledged: tenant.acknowledged, complaint: complaint)
    }

    private static func prune(_ client: ReviewPackClient, _ ledger: TenantLedger, after delay: Double) async -> Outcome
    {
        let tenant = TenantClient(client, ledger)
        try? await Task.sleep(for: .seconds(delay))
        do {
            try await tenant.take(.prune)
        } catch ClientError.connectionLost, ClientError.unreachable {
        } catch {
            return Outcome(index: nil, ledger: tenant.ledger, complaint: "prune was answered: \(error)")
        }
        return Outcome(index: nil, ledger: tenant.ledger, acknowledged: tenant.acknowledged)
    }
}

/// Short times, so that a clock that moves by two days passes all of them.
package let crashSettings = [
    "retention_days": "1", "hard_delete_grace_days": "0", "history_days": "1", "request_id_hours": "72",
    "reserve_mib": "1", "readers": "4", "drain_seconds": "1", "log_level": "error", "generations_per_user": "100",
    "imports_per_user": "100",
]

extension TenantLedger {
    /// An acknowledged prune has expired what was past its time.
    mutating func prunePastDue() {
        for (id, pack) in packs { if case .pastDue = pack { packs[id] = .expired } }
    }
}

/// The figures of a run.
package struct KillReport: Sendable {
    package var kills = 0
    package var killsWhileStarting = 0
    package var verifications = 0
    /// Acknowledged steps by kind.
    package var acknowledged: [String: Int] = [:]
    /// Steps that a kill cut off.
    package var cutOff = 0
    /// Seconds from start to serving.
    package var startTimes: [Double] = []

    package init() {}

    package mutating func add(_ other: KillReport) {
        kills += other.kills
        killsWhileStarting += other.killsWhileStarting
        verifications += other.verifications
        acknowledged.merge(other.acknowledged, uniquingKeysWith: +)
        cutOff += other.cutOff
        startTimes += other.startTimes
    }

    package var summary: String {
        let acks = acknowledged.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let median = startTimes.isEmpty ? 0 : startTimes.sorted()[startTimes.count / 2]
        return """
            \(kills) kills (\(killsWhileStarting) while starting), \(acknowledged.values.reduce(0, +)) \
            acknowledged changes \
            (\(acks)), \(cutOff) cut off, \(verifications) verifications, median start \(Int(median * 1000)) ms
            """
    }
}

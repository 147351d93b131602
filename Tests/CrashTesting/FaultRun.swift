import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient

/// One daemon with one call that fails, or is its last.
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
    private var recordPath: String { folder.path + "/record" }
    private var isRecorded: Bool { options.onlySyncs && !options.fault.kills }

    var journal: String {
        let bytes = (try? Data(contentsOf: URL(fileURLWithPath: folder.path + "/journal"))) ?? Data()
        return String(decoding: bytes.suffix(3000), as: UTF8.self)
    }

    /// Nil when the scenario ended before the call came.
    func run() async throws -> Outcome? {
        var environment = [
            "LD_PRELOAD": options.interposer, "FAULT_ROOT": DaemonProcess.state(folder.path), "FAULT_LOG": logPath,
            "FAULT_FAIL": "\(number):\(options.fault.text)", "FAULT_CALLS": options.onlySyncs ? "syncs" : "all",
        ]
        if isRecorded { environment["FAULT_RECORD"] = recordPath }
        let daemon = try DaemonProcess(
            program: options.daemon, folder: folder.path, settings: crashSettings, environment: environment)
        var outcome = Outcome(call: "")
        var generator = SeededGenerator(seed: options.seed)
        // The last one is of who prunes and backs up.
        let externalIDs = [generator.uuid(), generator.uuid(), ""]
        let book = Book(recordPath, externalIDs.map { TenantLedger(externalID: $0) })
        do {
            let client = try await daemon.serving()
            outcome.refusedSteps = try await play(client, book)
            await client.close()
            try await end(daemon)
        } catch let refusal as DaemonProcess.NotServing {
            switch refusal.end {
            case .exited(let code)? where code >= 64: outcome.refusedStart = true
            case .signalled(SIGKILL)? where options.fault.kills: break
            default: throw refusal
            }
        } catch let error as ClientError {
            // It died between taking a connection and the first word on it.
            guard options.fault.kills, try await daemon.end(within: .seconds(30)) == .signalled(SIGKILL) else {
                throw error
            }
        }
        let log = try FaultLog(path: logPath)
        guard let call = log.call(number) else { return nil }
        outcome.call = call
        if let complaint = log.falseSync { throw Violation(complaint) }
        try await verify(book.ledgers, in: folder)
        if isRecorded { try await verifyDisk(book) }
        return outcome
    }

    private func end(_ daemon: DaemonProcess) async throws {
        if daemon.hasEnded, !options.fault.kills { throw Violation("the daemon ended by itself: \(daemon.wait())") }
        // Half of them end in good order, which is a few calls more.
        daemon.signal(number.isMultiple(of: 2) ? SIGTERM : SIGKILL)
        guard let end = try await daemon.end(within: .seconds(30)) else {
            daemon.signal(SIGKILL)
            throw Violation("the daemon does not end")
        }
        if case .signalled(let signal) = end, signal != SIGKILL { throw Violation("it ended by signal \(signal)") }
    }

    /// The power goes with the first acknowledgement after the failed sync, or after everything.
    private func verifyDisk(_ book: Book) async throws {
        let recording = Recording(
            changes: try RecordedChange.read(recordPath), snapshots: book.snapshots,
            root: DaemonProcess.state(folder.path))
        for position in [recording.acknowledgedAfterFailedSync, recording.changes.count] {
            guard let position else { continue }
            let disk = try ScratchFolder()
            try recording.writeDisk(after: position, to: DaemonProcess.state(disk.path))
            do { try await verify(recording.ledgers(at: position), in: disk) } catch {
                throw Violation("on the disk after \(position) of \(recording.changes.count) changes: \(error)")
            }
        }
    }

    /// Takes the scenario's steps; each that is refused is asked for once more, and when it fails again the rest is
    /// left out.
    ///
    /// Returns how often one was refused.
    private func play(_ client: ReviewPackClient, _ book: Book) async throws -> Int {
        let tenants = book.ledgers.enumerated().map { index, ledger in
            TenantClient(client, ledger) { book.note($0, index) }
        }
        for tenant in tenants {
            tenant.failures = options.fault.failures
            if options.fault == .full { tenant.patience = .seconds(1) }
        }
        var refused = 0
        var scenario = Scenario(seed: options.seed) { tenant, step in
            do {
                try await tenant.take(step)
            } catch {
                if error is Violation || options.fault.kills { throw error }
                refused += 1
                try await tenant.takeAgain(step)
            }
        }
        do {
            refused += try await makeWorkspace(client)
            try await scenario.begin(tenants[0], tenants[1])
            try await scenario.go(tenants[0], tenants[1], tenants[2])
        } catch {
            // What was acknowledged until here is compared all the same.
            if error is Violation { throw error }
        }
        return refused
    }

    /// Returns how often it was refused.
    private func makeWorkspace(_ client: ReviewPackClient) async throws -> Int {
        do {
            _ = try await client.createWorkspace(name: TenantClient.workspace)
            return 0
        } catch { if options.fault.kills { throw error } }
        do {
            _ = try await client.createWorkspace(name: TenantClient.workspace)
        } catch ClientError.remote(let failure) where failure.reason == .alreadyExists {}
        return 1
    }

    private func verify(_ ledgers: [TenantLedger], in folder: ScratchFolder) async throws {
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

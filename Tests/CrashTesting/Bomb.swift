import Foundation
import ReviewPackClient

/// A daemon that kills itself at a named persistence step (`Tests/FaultDaemon`), and the verification of what it left.
package struct Bomb: Sendable {
    /// What makes the daemon pass the step.
    package enum Trigger: Sendable {
        /// Requests, each made from the ledger as it then stands.
        case steps([@Sendable (TenantLedger) -> Step?])
        /// A check.
        case check
        /// Its own start, on what a daemon left that died at the other step.
        case start(after: String, [@Sendable (TenantLedger) -> Step?])
    }

    package var faultDaemon: String
    package var daemon: String
    /// The preloaded library; needed to move the clock.
    package var interposer: String?
    /// How far the clock is ahead, in seconds.
    package var clockAhead = 0

    package init(faultDaemon: String, daemon: String, interposer: String? = nil, clockAhead: Int = 0) {
        self.faultDaemon = faultDaemon
        self.daemon = daemon
        self.interposer = interposer
        self.clockAhead = clockAhead
    }

    /// Throws a `Violation` when the step was not reached, or when anything that was acknowledged is missing
    /// afterwards.
    package func explode(at point: String, by trigger: Trigger, on state: PreparedState) async throws {
        let folder = try state.copy()
        var (ledger, bystander) = (state.ledger, state.bystander)
        var verification = Verification()
        if clockAhead > 0 {
            verification.clockMoved = true
            ledger.passRetention(clockAhead)
            bystander.passRetention(clockAhead)
        }
        verification.failures = Self.failures(at: point)
        switch trigger {
        case .steps(let steps): ledger = try await die(at: point, folder, ledger, steps)
        case .check: try await dieChecking(at: point, folder)
        case .start(let earlier, let steps):
            ledger = try await die(at: earlier, folder, ledger, steps)
            let daemon = try start(faultDaemon, folder, point: point)
            try await requireDeath(of: daemon, at: point)
        }
        try await verify(folder, ledger, bystander, &verification)
    }

    /// Of two points the first throws, as a disk would that cannot be written.
    private static func failures(at point: String) -> Set<String> { point.contains(":") ? ["io_error"] : [] }

    private func die(
        at point: String, _ folder: ScratchFolder, _ ledger: TenantLedger,
        _ steps: [@Sendable (TenantLedger) -> Step?]
    ) async throws -> TenantLedger {
        let daemon = try start(faultDaemon, folder, point: point)
        let client = try await daemon.servingOrKilled()
        let tenant = TenantClient(client, ledger)
        tenant.failures = Self.failures(at: point)
        do {
            for step in steps { if let step = step(tenant.ledger) { try await tenant.take(step) } }
        } catch ClientError.connectionLost, ClientError.unreachable {
        } catch {
            daemon.signal(SIGKILL)
            _ = daemon.wait()
            throw Violation("on the way to \(point): \(error)\n\(daemon.journal)")
        }
        await client.close()
        try await requireDeath(of: daemon, at: point)
        return tenant.ledger
    }

    private func dieChecking(at point: String, _ folder: ScratchFolder) async throws {
        let daemon = try start(faultDaemon, folder, point: point)
        let client = try await daemon.servingOrKilled()
        // Something that a check looks at twice.
        try Data().write(to: URL(fileURLWithPath: DaemonProcess.state(folder.path) + "/exports/stray"))
        do { _ = try await client.check() } catch ClientError.connectionLost {}
        await client.close()
        try await requireDeath(of: daemon, at: point)
    }

    private func start(_ program: String, _ folder: ScratchFolder, point: String?) throws -> DaemonProcess {
        var environment: [String: String] = [:]
        environment["FAULT_POINT"] = point
        if let interposer { environment["LD_PRELOAD"] = interposer }
        environment["FAULT_CLOCK"] = "\(clockAhead)"
        return try DaemonProcess(
            program: program, folder: folder.path, settings: crashSettings, environment: environment)
    }

    private func requireDeath(of daemon: DaemonProcess, at point: String) async throws {
        guard let end = try await daemon.end(within: .seconds(30)) else {
            daemon.signal(SIGKILL)
            _ = daemon.wait()
            throw Violation("\(point) was not reached\n\(daemon.journal)")
        }
        guard end == .signalled(SIGKILL) else { throw Violation("at \(point) the daemon \(end)\n\(daemon.journal)") }
    }

    private func verify(
        _ folder: ScratchFolder, _ ledger: TenantLedger, _ bystander: TenantLedger, _ verification: inout Verification
    ) async throws {
        let daemon = try start(self.daemon, folder, point: nil)
        let outcome: Result<Void, any Error>
        do {
            let client = try await daemon.serving()
            let settled = try await verification.run(
                [ledger, bystander], client: client, folder: folder.path, readingData: true)
            for pack in settled[1].readyPacks { try await TenantClient(client, settled[1]).take(.download(pack)) }
            // It is as able as before.
            let tenant = TenantClient(client, settled[0])
            try await tenant.take(settled[0].id == nil ? .create(name: "Later") : .rename("Later"))
            await client.close()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        daemon.signal(SIGKILL)
        _ = daemon.wait()
        try outcome.get()
    }
}

extension DaemonProcess {
    /// The same as `serving`; one that does not come to serve is killed.
    func servingOrKilled() async throws -> ReviewPackClient {
        do { return try await serving() } catch let error as NotServing {
            if error.end == nil {
                signal(SIGKILL)
                _ = wait()
            }
            throw error
        }
    }

    /// How it ended, or nil when it still runs after so long.
    package func end(within limit: Duration) async throws -> End? {
        let last = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < last {
            if hasEnded { return wait() }
            try await Task.sleep(for: .milliseconds(3))
        }
        return nil
    }
}

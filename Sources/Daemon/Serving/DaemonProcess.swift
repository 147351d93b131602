import Domain
package import ExitCodes
import Glibc
import Logging
import ServiceLifecycle
package import Storage
import SystemIO
import UnixSignals

/// The daemon from start to stop.
///
/// The order of a start, each step only when the one before it succeeded:
/// 1. settings, then the log level, the descriptor limit and the choice of the socket: nothing is touched yet;
/// 2. the state directory and its lock: from here on no other daemon has it;
/// 3. the store, with its migrations, and recovery: unfinished generations fail, leftover files go;
/// 4. token keys;
/// 5. the service with its handlers;
/// 6. signal handlers, then the socket: callers can connect;
/// 7. READY.
/// A stop goes the other way round (`ServingService`).
package struct DaemonProcess: Sendable {
    private let loader: SettingsLoader
    private let environment: [String: String]
    private let output: LogOutput
    private let notify: NotifySocket
    private let faults: FaultHook?

    /// - Parameter faults: for the tests' own daemon; `reviewpackd` gives none and has no switch for it.
    package init(loader: SettingsLoader, environment: [String: String], faults: FaultHook? = nil) {
        self.loader = loader
        self.environment = environment
        self.faults = faults
        output = LogOutput(environment: environment)
        notify = NotifySocket(environment: environment)
    }

    /// Runs until it is told to stop; what cannot start says why in two lines on standard error.
    package func serve() async -> ExitStatus {
        do {
            try await run()
            return .ok
        } catch {
            let failure = StartupError(starting: error)
            notify.send(.stopping(status: failure.what))
            output.writeStartupError(failure)
            return failure.exit
        }
    }

    private func run() async throws {
        let clock: WallClock = { UnixMillis(clock: SystemClock.wall()) }
        let loaded = try loader.load()
        let values = loaded.settings
        output.level = values.logLevel
        let logger = output.makeLogger()
        ProcessSetup.raiseDescriptorLimit(forConnections: values.maxConnections)
        let socket = try chooseSocket(values)

        notify.send(.status("Opening the state directory"))
        let state = try StateDirectory.open(path: values.stateDirectory)
        var configuration = values.storeConfiguration
        configuration.faults = faults
        let store = try Store.open(state: state, configuration: configuration, clock: clock, logger: logger)
        notify.send(.status("Recovering"))
        let recovery = try await store.recover()
        Self.log(recovery, logger)

        let keys = TokenKeySource(environment: environment, stateDirectory: state.path, clock: clock)
        let core = ServiceCore(
            store: store, clock: clock,
            administrators: AdministratorRule(daemonUID: geteuid(), adminGroup: values.adminGroup?.gid),
            settings: values, tokenKeys: try keys.load(), spoolDirectory: state.path,
            version: ProductVersion.current, logger: logger)
        let dispatcher = Dispatcher(core: core)
        let settings = RunningSettings(loaded, loader: loader, output: output)

        let server = RunningServer()
        // Later services are shut down first.
        var services: [any Service] = [
            ServingService(
                core: core, store: store, dispatcher: dispatcher, socket: socket, running: server, settings: settings,
                notify: notify, logger: logger),
            ReloadService(
                signals: await UnixSignalsSequence(trapping: .sighup), core: core, settings: settings, keys: keys,
                notify: notify, status: "Serving on \(socket.place)", logger: logger),
            AlertService(
                evaluate: AlertEvaluation(store: store, clock: clock, settings: { core.settings }).run, logger: logger),
        ]
        if let interval = WatchdogInterval.from(environment, pid: getpid()) {
            services.append(
                WatchdogService(
                    interval: interval, dispatcher: dispatcher, server: server, notify: notify, logger: logger))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }, logger: logger))
        let signals = await StopSignals(logger: logger)
        let delivery = Task { await signals.deliver(to: group) }
        defer {
            delivery.cancel()
            output.flush()
        }
        try await group.run()
    }

    private func chooseSocket(_ settings: Settings) throws(StartupError) -> SocketChoice {
        let passed = try PassedDescriptors.choose(from: PassedDescriptors.parse(environment, pid: getpid()))
        if let passed { try PassedDescriptors.check(passed.number) }
        return SocketChoice.decide(passed: passed, settings: settings)
    }

    private static func log(_ recovery: RecoveryReport, _ logger: Logger) {
        guard recovery != RecoveryReport() else { return }
        logger.notice(
            "recovered after an unclean stop",
            metadata: [
                "interrupted": "\(recovery.interrupted.count)",
                "finished_deletions": "\(recovery.finishedDeletions.count)", "orphan_files": "\(recovery.orphanFiles)",
            ])
    }
}

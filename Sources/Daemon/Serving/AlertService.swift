import Logging
import ServiceLifecycle

/// Evaluates the alerts that time makes due, at start and then every hour.
struct AlertService: Service {
    static let interval = Duration.seconds(3600)

    /// Returns how many alerts were raised.
    let evaluate: @Sendable () async throws -> Int
    /// Waits until the next evaluation is due; throws when cancelled.
    let pause: @Sendable (Duration) async throws -> Void
    let logger: Logger

    init(
        evaluate: @escaping @Sendable () async throws -> Int,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }, logger: Logger
    ) {
        self.evaluate = evaluate
        self.pause = pause
        self.logger = logger
    }

    func run() async throws {
        // The end of the pause is a cancellation, which is no fault.
        try? await cancelWhenGracefulShutdown {
            while true {
                await evaluateOnce()
                try await pause(Self.interval)
            }
        }
    }

    /// A failed evaluation is logged and made up for an hour later; it must not end the daemon.
    private func evaluateOnce() async {
        do {
            let raised = try await evaluate()
            if raised > 0 { logger.info("alerts raised", metadata: ["alerts": "\(raised)"]) }
        } catch {
            // The store has a reason of its own for what is cut short by the end of the daemon, which is no fault
            // either.
            if error is CancellationError || Task.isCancelled { return }
            logger.error("alerts were not evaluated", metadata: ["error": "\(error)"])
        }
    }
}

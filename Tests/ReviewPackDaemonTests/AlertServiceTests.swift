import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import ReviewPackDaemon

@Suite("The hourly service")
struct AlertServiceTests {
    private struct Fault: Error {}

    @Test("evaluates at start and after every hour, also after one that failed, until it is told to stop")
    func hours() async throws {
        let evaluations = Mutex(0)
        let pauses = Mutex<[Duration]>([])
        let service = AlertService(
            evaluate: {
                let number = evaluations.withLock { count in
                    count += 1
                    return count
                }
                if number == 2 { throw Fault() }
                return 0
            },
            pause: { length in
                let count = pauses.withLock { pauses in
                    pauses.append(length)
                    return pauses.count
                }
                // The fourth hour does not pass: somebody stops the daemon.
                if count == 4 { throw CancellationError() }
            }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await service.run()
        #expect(evaluations.withLock { $0 } == 4)
        #expect(pauses.withLock { $0 } == Array(repeating: .seconds(3600), count: 4))
    }
}

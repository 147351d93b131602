import Logging
import ServiceLifecycle
import Synchronization
import TestTags
import Testing

@testable import Daemon

@Suite("The hourly service", .tags(.upkeep))
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

    @Test(
        "says nothing of an evaluation that the end of the daemon cuts short, whatever the error",
        arguments: [true, false])
    func stopping(isCancelled: Bool) async throws {
        let lines = Mutex<[String]>([])
        let service = AlertService(
            evaluate: {
                if isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
                throw Fault()
            }, pause: { _ in throw CancellationError() },
            logger: Logger(label: "test") { _ in Recorder { line in lines.withLock { $0.append(line) } } })
        try await Task { try await service.run() }.value
        #expect(lines.withLock { $0 } == (isCancelled ? [] : ["alerts were not evaluated"]))
    }

    private struct Recorder: LogHandler {
        let note: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(note: @escaping @Sendable (String) -> Void) { self.note = note }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { note("\(event.message)") }
    }
}

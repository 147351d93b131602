import Logging
import ReviewPackStore
import ReviewPackWire
import Synchronization
import Testing

@testable import ReviewPackService

@Suite("What is hidden")
struct HiddenAndAbsentTests {
    private static let outsiders = MatrixCaller.all.filter { $0.seat == .stranger || $0.seat == .undelegated }

    @Test(
        "is answered, logged and audited like what does not exist", arguments: [ObjectState.exists, .expired, .failed])
    func alike(state: ObjectState) async throws {
        let lines = LineCount()
        let fixture = try ServiceFixture(logger: Logger(label: "test") { _ in CountingLog(lines: lines) })
        let scene = try await MatrixScene(fixture)
        for caller in Self.outsiders {
            for row in MatrixRows.all where row.target == .tenant || row.target == .workspace {
                var traces: [Trace] = []
                for state in [state, .absent] {
                    // Past the minute in which denials are counted into one event.
                    fixture.advance(minutes: 2)
                    let before = (lines.value, try await lastEvent(fixture))
                    let object = try scene.object(state, for: caller)
                    let outcome = await fixture.outcome(of: row.method, row.messages(object), as: caller)
                    traces.append(
                        Trace(
                            outcome: outcome, lines: lines.value - before.0,
                            events: try await lastEvent(fixture) - before.1))
                }
                #expect(traces[0] == traces[1], "\(caller.name): \(row.method.path)")
                #expect(traces[0].outcome.failure != nil && traces[0].events == 1, "\(caller.name): \(row.method.path)")
            }
        }
    }

    @Test("is not told by what is wrong with the rest of the request")
    func besideOtherFaults() async throws {
        let scene = try await MatrixScene(ServiceFixture())
        let stranger = MatrixCaller("a stranger", .stranger, uid: 1010)
        func outcomes(_ messages: (String) -> Proto.ListTenantsRequest) async -> [MatrixOutcome] {
            var outcomes: [MatrixOutcome] = []
            for workspace in ["msp", "no-such-workspace"] {
                outcomes.append(
                    await scene.fixture.outcome(
                        of: Methods.directoryServiceListTenants.erased, [messages(workspace).serialized()],
                        as: stranger))
            }
            return outcomes
        }
        let badToken = await outcomes { Proto.ListTenantsRequest(workspace: $0, pageToken: "none") }
        #expect(badToken[0] == badToken[1])
        let badSize = await outcomes { Proto.ListTenantsRequest(workspace: $0, pageSize: -1) }
        #expect(badSize[0] == badSize[1])
    }

    /// The number of the newest event of the audit log.
    private func lastEvent(_ fixture: ServiceFixture) async throws -> Int64 {
        try await fixture.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: 1)).items.first?.seq ?? 0
    }

    private struct Trace: Equatable {
        var outcome: MatrixOutcome
        var lines: Int
        var events: Int64
    }
}

private final class LineCount: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}

/// Counts what would be logged, at every level.
private struct CountingLog: LogHandler {
    let lines: LineCount
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add() }
}

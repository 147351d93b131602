import AccessTesting
import Domain
import Logging
import ReviewPackAPI
import Storage
import Synchronization
import TTRPCNIO
import TestTags
import Testing

@testable import Daemon

@Suite("What is hidden", .tags(.access))
struct HiddenAndAbsentTests {
    @Test(
        "is answered, logged and audited like what does not exist", arguments: [ObjectState.exists, .expired, .failed])
    func alike(state: ObjectState) async throws {
        let lines = LogLines()
        let fixture = try ServiceFixture(logger: Logger(label: "test") { _ in KeepingLog(lines: lines) })
        let scene = try await MatrixScene(fixture)
        var seats: Set<Seat> = []
        for caller in MatrixCaller.all {
            for row in MatrixRows.all where row.hides(state, from: caller.seat) {
                var traces: [Trace] = []
                for state in [state, .absent] {
                    // Past the minute in which denials are counted into one event.
                    fixture.advance(minutes: 2)
                    let newest = try await events(of: fixture, limit: 1).first?.seq ?? 0
                    _ = lines.take()
                    let object = try scene.object(state, for: caller)
                    let outcome = await fixture.outcome(of: row.method, row.messages(object), as: caller)
                    let new = try await events(of: fixture, limit: 9).filter { $0.seq > newest }
                    traces.append(Trace(outcome: outcome, lines: lines.take(), events: new.map { TracedEvent($0) }))
                }
                let (hidden, absent) = (traces[0], traces[1])
                #expect(hidden == absent, "\(caller.name): \(row.method.path)")
                #expect(hidden.outcome.failure != nil && !hidden.lines.isEmpty, "\(caller.name): \(row.method.path)")
                let event = TracedEvent(
                    actor: Actor(uid: caller.peer.uid, onBehalfOf: caller.subject.map { ExactText($0) }),
                    method: row.method.path,
                    action: "request.denied", outcome: .denied, reason: hidden.outcome.reason, count: 1, details: "{}")
                #expect(hidden.events == [event], "\(caller.name): \(row.method.path)")
                seats.insert(caller.seat)
            }
        }
        // Also the members of tenants alone, from whom the workspace around them is hidden.
        #expect(
            seats == [.stranger, .undelegated, .pruner, .tenantOwner, .tenantViewer, .workspaceOwnerInTenants])
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

    /// The newest events of the audit log, the newest first.
    private func events(of fixture: ServiceFixture, limit: Int) async throws -> [AuditEvent] {
        try await fixture.store.listAuditEvents(AuditFilter(), page: PageRequest(limit: limit)).items
    }

    fileprivate struct Trace: Equatable {
        var outcome: MatrixOutcome
        var lines: [String]
        var events: [TracedEvent]
    }

    /// An event without its number, time and place in the chain.
    fileprivate struct TracedEvent: Equatable {
        var actor: Actor
        var method: String
        var action: String
        var outcome: AuditOutcome
        var reason: String?
        var ids: [UUIDValue?] = [nil, nil, nil]
        var count: Int64
        var details: String
    }
}

extension HiddenAndAbsentTests.TracedEvent {
    fileprivate init(_ event: AuditEvent) {
        self.init(
            actor: event.actor, method: event.method, action: event.action, outcome: event.outcome,
            reason: event.reason, ids: [event.workspaceID?.value, event.tenantID?.value, event.packID?.value],
            count: event.count, details: event.details)
    }
}

extension MatrixRow {
    /// Whether what the call names has to look absent to a caller in this seat, although it is there in this state.
    fileprivate func hides(_ state: ObjectState, from seat: Seat) -> Bool {
        guard target == .tenant || target == .workspace else { return false }
        return seat == .undelegated || answer(for: seat, state) == "NOT_FOUND"
    }
}

private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }

    /// What was logged since the last time.
    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

/// Keeps what would be logged, at every level, with everything that would stand in it.
private struct KeepingLog: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
        let error = event.error.map { "\($0)" } ?? ""
        lines.add("\(event.level) \(event.source): \(event.message) \(all.joined(separator: " ")) \(error)")
    }
}

import Logging
import NIOCore
import Synchronization
import TTRPC

/// What the connections of one server share.
final class ServerCore: Sendable {
    let configuration: ServerConfiguration
    let handler: any CallHandler
    let logger: Logger
    let admission: Admission
    let tracker = CallTracker()
    /// What handlers of abandoned calls see.
    let cancelled: RPCFailure

    private struct State {
        var isDraining = false
        var drain: Task<TTRPCServer.DrainReport, Never>?
        var connections: [ObjectIdentifier: NIOLoopBound<ServerConnection>] = [:]
    }

    private let state = Mutex(State())
    private let ordinals = Atomic<UInt64>(0)

    init(
        configuration: ServerConfiguration, limits: AdmissionLedger.Limits, handler: any CallHandler, logger: Logger
    ) {
        self.configuration = configuration
        self.handler = handler
        self.logger = logger
        cancelled = handler.failure(for: .cancelled)
        admission = Admission(limits: limits)
    }

    /// The next call's number, from 1.
    func nextOrdinal() -> UInt64 { ordinals.add(1, ordering: .relaxed).newValue }

    /// Registers a connection that has become active.
    ///
    /// - Returns: whether the server drains already, so that the connection must too.
    func connectionOpened(_ connection: NIOLoopBound<ServerConnection>, id: ObjectIdentifier) -> Bool {
        tracker.connectionOpened()
        return state.withLock { state in
            state.connections[id] = connection
            return state.isDraining
        }
    }

    func connectionClosed(_ id: ObjectIdentifier) {
        _ = state.withLock { $0.connections.removeValue(forKey: id) }
        tracker.connectionClosed()
    }

    /// Runs `body` in a task of its own, the first time; returns what that returned.
    func drainOnce(_ body: @escaping @Sendable () async -> TTRPCServer.DrainReport) async -> TTRPCServer.DrainReport {
        let task = state.withLock { state in
            let task = state.drain ?? Task { await body() }
            state.drain = task
            return task
        }
        return await task.value
    }

    /// From now on every connection, also one that is still to come, refuses new calls.
    func drain() {
        let connections = state.withLock { state in
            state.isDraining = true
            return Array(state.connections.values)
        }
        each(connections) { $0.drain(because: .draining) }
    }

    /// Ends the calls that still run.
    func cancelCalls() { each(all) { $0.cancelCalls(.draining) } }

    /// Closes what is still open, whatever was not sent.
    func closeConnections() { each(all) { $0.closeNow() } }

    private var all: [NIOLoopBound<ServerConnection>] { state.withLock { Array($0.connections.values) } }

    private func each(
        _ connections: [NIOLoopBound<ServerConnection>], _ body: @escaping @Sendable (ServerConnection) -> Void
    ) {
        for connection in connections {
            connection.eventLoop.execute { body(connection.value) }
        }
    }
}

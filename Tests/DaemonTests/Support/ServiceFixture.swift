import Domain
import Foundation
import Logging
import ReviewPackAPI
import Storage
import Synchronization
import TTRPC
import TTRPCNIO

@testable import Daemon

/// A whole service over a store in a scratch directory, called as the transport would call it, with a clock that tests
/// move.
final class ServiceFixture: Sendable {
    static let start = UnixMillis(1_772_337_906_000)
    static let root = PeerIdentity(uid: 0, gid: 0, supplementaryGroups: [], pid: 1)

    let directory: URL
    let store: Store
    let core: ServiceCore
    let dispatcher: Dispatcher
    private let clock: MovableClock

    /// - Parameters:
    ///   - faults: called at the store's persistence steps; throwing there is the fault of that step.
    ///   - logger: where the service and its store log; nowhere when nil.
    init(settings: Settings = Settings(), faults: FaultHook? = nil, logger: Logger? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "rp-\(UUID().uuidString.prefix(8))")
        let clock = MovableClock(Self.start)
        self.clock = clock
        let logger = logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let state = try StateDirectory.open(path: directory.path)
        var configuration = settings.storeConfiguration
        configuration.faults = faults
        store = try Store.open(state: state, configuration: configuration, clock: { clock.now }, logger: logger)
        core = ServiceCore(
            store: store, clock: { clock.now },
            administrators: AdministratorRule(daemonUID: 4_000_000, adminGroup: 4_000_001), settings: settings,
            tokenKeys: try TokenKeys([TokenKey.make(at: Self.start)]), spoolDirectory: directory.path,
            version: "0.0-test", logger: logger)
        dispatcher = Dispatcher(core: core)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var now: UnixMillis { clock.now }

    func advance(days: Int = 0, minutes: Int = 0, milliseconds: Int64 = 0) {
        clock.move(byMilliseconds: Int64(days) * 86_400_000 + Int64(minutes) * 60_000 + milliseconds)
    }

    /// The alerts that time makes due, by the fixture's clock.
    func alerts(batch: Int = 200) -> AlertEvaluation {
        let core = core
        return AlertEvaluation(store: store, clock: core.clock, settings: { core.settings }, batch: batch)
    }

    static func peer(_ uid: UInt32, groups: [UInt32] = []) -> PeerIdentity {
        PeerIdentity(uid: uid, gid: uid, supplementaryGroups: groups, pid: 1)
    }

    // MARK: Calls

    /// One unary call; throws the reason as the caller would read it from the status.
    func call<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ request: Request, as peer: PeerIdentity = ServiceFixture.root,
        onBehalfOf subject: String? = nil
    ) async throws -> Response {
        let bytes = try await invoke(method, request: request.serialized(), as: peer, onBehalfOf: subject) { _ in }
        return try Response(serialized: bytes ?? [])
    }

    /// One server-streaming call; all of its messages.
    func stream<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ request: Request, as peer: PeerIdentity = ServiceFixture.root,
        onBehalfOf subject: String? = nil,
        onMessage: @escaping @Sendable (Response) async throws -> Void = { _ in }
    ) async throws -> [Response] {
        let received = Mutex<[Response]>([])
        _ = try await invoke(method, request: request.serialized(), as: peer, onBehalfOf: subject) { bytes in
            let message = try Response(serialized: bytes)
            received.withLock { $0.append(message) }
            try await onMessage(message)
        }
        return received.withLock { $0 }
    }

    /// One client-streaming call with all of its messages.
    func upload<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ requests: [Request], as peer: PeerIdentity = ServiceFixture.root
    ) async throws -> Response {
        try await upload(method, InboundMessages(requests.map { $0.serialized() }), as: peer)
    }

    /// One client-streaming call whose messages come when the test says so.
    func upload<Request, Response>(
        _ method: MethodSpec<Request, Response>, _ inbound: InboundMessages, as peer: PeerIdentity
    ) async throws -> Response {
        let bytes = try await invoke(method, request: [], inbound: inbound, as: peer) { _ in }
        return try Response(serialized: bytes ?? [])
    }

    private func invoke<Request, Response>(
        _ method: MethodSpec<Request, Response>, request: [UInt8], inbound: InboundMessages = InboundMessages([]),
        as peer: PeerIdentity, onBehalfOf subject: String? = nil,
        send: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> [UInt8]? {
        guard let route = dispatcher.route(service: method.service, method: method.name) else {
            throw dispatcher.unimplemented(service: method.service, method: method.name)
        }
        let call = ServerCall(
            peer: peer, descriptor: route.descriptor,
            metadata: subject.map { [(name: CallContext.onBehalfOfKey, value: $0)] } ?? [], request: request,
            inbound: inbound,
            send: { (bytes) async throws(RPCFailure) in
                do { try await send(bytes) } catch {
                    throw error as? RPCFailure ?? RPCFailure(code: .internal, message: "\(error)")
                }
            })
        return try await route.answer(call)
    }

    /// The reason of the error that `body` ends with; nil when it succeeds.
    func reason(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let failure as RPCFailure {
            guard let detail = failure.details.first, let info = try? GoogleRPC.ErrorInfo(serialized: detail.value)
            else {
                return "\(failure.code) without a reason"
            }
            return info.reason
        } catch {
            return "\(error)"
        }
    }
}

/// A wall clock that stands until it is moved.
final class MovableClock: Sendable {
    private let time: Mutex<UnixMillis>

    init(_ start: UnixMillis) { time = Mutex(start) }

    var now: UnixMillis { time.withLock { $0 } }

    func move(byMilliseconds delta: Int64) { time.withLock { $0 = $0.advanced(byMilliseconds: delta) } }
}

extension ServiceFixture {
    /// The names in the exports directory.
    func exportedFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: "exports").path)
    }
}

import Glibc
import ReviewPackAPI
import Synchronization
import TTRPCNIO

/// Asks the daemon's own health service, one request at a time.
final class HealthProbe: Sendable {
    private let dispatcher: Dispatcher
    private let server: RunningServer
    private let isRunning = Atomic(false)

    init(dispatcher: Dispatcher, server: RunningServer) {
        self.dispatcher = dispatcher
        self.server = server
    }

    /// Starts a check unless one is still under way.
    func start(_ completion: @escaping @Sendable (_ isHealthy: Bool) -> Void) {
        guard !isRunning.exchange(true, ordering: .acquiring) else { return }
        Task {
            completion(await check())
            isRunning.store(false, ordering: .releasing)
        }
    }

    func check() async -> Bool {
        let method = Methods.healthCheck.erased
        guard let route = dispatcher.route(service: method.service, method: method.name) else { return false }
        let peer = PeerIdentity(uid: geteuid(), gid: getegid(), supplementaryGroups: [], pid: getpid())
        let call = ServerCall(
            peer: peer, descriptor: route.descriptor, request: GRPCHealth.HealthCheckRequest().serialized()
        ) { _ in }
        do {
            if let server = server.value {
                guard server.isListening else { return false }
                try await server.turnEventLoops()
            }
            guard let answer = try await route.answer(call) else { return false }
            return try GRPCHealth.HealthCheckResponse(serialized: answer).status == .serving
        } catch {
            return false
        }
    }
}

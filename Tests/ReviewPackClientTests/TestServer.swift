import Crypto
import Domain
import Glibc
import Logging
import ReviewPackAPI
import Synchronization
import TTRPC
import TTRPCNIO

@testable import ReviewPackClient

/// A real server on a real socket whose methods answer with what a test says.
final class TestServer: CallHandler {
    typealias Handler = @Sendable (ServerCall) async throws(RPCFailure) -> [UInt8]?

    private let routes = Mutex<[String: CallRoute]>([:])
    private let calls = Mutex<[(path: String, metadata: [String])]>([])

    func on<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, _ handler: @escaping Handler
    ) {
        let descriptor = MethodDescriptor(
            service: method.service, method: method.name, kind: method.kind, requestLimit: 4 << 20)
        let path = method.erased.path
        let route = CallRoute(descriptor) { (call) async throws(RPCFailure) in
            self.calls.withLock { $0.append((path, call.metadata.map { "\($0.name)=\($0.value)" })) }
            return try await handler(call)
        }
        routes.withLock { $0[path] = route }
    }

    /// The paths called so far, in order.
    var called: [String] { calls.withLock { $0.map(\.path) } }
    var subjects: [[String]] { calls.withLock { $0.map(\.metadata) } }

    func route(service: String, method: String) -> CallRoute? { routes.withLock { $0["\(service)/\(method)"] } }

    /// Serves on a socket in a directory of its own while `body` runs with a client that is connected to it.
    static func serving(
        onBehalfOf: String? = nil, _ prepare: (TestServer) -> Void,
        _ body: (ReviewPackClient, TestServer) async throws -> Void
    ) async throws {
        let handler = TestServer()
        prepare(handler)
        var template = Array("/tmp/reviewpack-client-test-XXXXXX".utf8CString)
        guard let directory = mkdtemp(&template).map({ String(cString: $0) }) else { return }
        let path = "\(directory)/s.sock"
        let server = try await TTRPCServer.start(
            on: .bind(path: path, mode: 0o600, group: nil), handler: handler, logger: Logger(label: "test"))
        let client = try await ReviewPackClient.connect(to: ClientAddress(path), onBehalfOf: onBehalfOf)
        do { try await body(client, handler) } catch {
            await client.close()
            await server.drain(deadline: .zero)
            rmdir(directory)
            throw error
        }
        await client.close()
        await server.drain(deadline: .zero)
        rmdir(directory)
    }
}

extension WireMessage {
    /// The request of a call, or the failure that a service answers with.
    static func decoded(_ bytes: [UInt8]) throws(RPCFailure) -> Self {
        do { return try Self(serialized: bytes) } catch {
            throw RPCFailure(code: .invalidArgument, message: "\(error)")
        }
    }
}

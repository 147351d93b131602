import Domain
public import ReviewPackAPI
import Synchronization
import TTRPCNIO

/// A typed client of the `reviewpack.v1` services on one Unix socket.
///
/// Calls may run at the same time. Single calls share a connection, which is opened again when it was lost; each import
/// and each download has a connection of its own, because a stream that waits stops its connection (ttrpc has no flow
/// control for single streams). Every method throws `ClientError` alone.
public final class ReviewPackClient: Sendable {
    /// The metadata name by which a delegate says for whom it calls (Docs/RBAC.md).
    public static let onBehalfOfMetadata = "reviewpack-on-behalf-of"

    package typealias Dial = @Sendable () async throws -> any CallTransport

    public let address: ClientAddress
    /// The subject for whom every call is made; needs the role delegate.
    public let onBehalfOf: String?
    private let dial: Dial
    private let shared: Mutex<(any CallTransport)?>

    package init(
        address: ClientAddress, onBehalfOf: String? = nil, connection: (any CallTransport)?, dial: @escaping Dial
    ) {
        self.address = address
        self.onBehalfOf = onBehalfOf
        self.dial = dial
        shared = Mutex(connection)
    }

    /// Connects to the service, waiting up to `connectTimeout` while its socket is missing or refuses.
    public static func connect(
        to address: ClientAddress, connectTimeout: Duration = .seconds(3), onBehalfOf: String? = nil
    ) async throws(ClientError) -> ReviewPackClient {
        if let onBehalfOf, !Principal.isValidSubject(onBehalfOf) {
            throw .usage(
                "the subject to call for must be 1 to 256 bytes without control characters",
                advice: "give the person's name as the service's role bindings have it")
        }
        let dial: Dial = { try await TTRPCClient.connect(path: address.path, connectTimeout: connectTimeout) }
        let client = ReviewPackClient(address: address, onBehalfOf: onBehalfOf, connection: nil, dial: dial)
        _ = try await client.sharedConnection()
        return client
    }

    /// Closes the shared connection; a later call opens it again.
    public func close() async {
        let connection = shared.withLock { connection in
            defer { connection = nil }
            return connection
        }
        await connection?.close()
    }

    /// How long a unary call may take: as long as the service gives it by itself.
    public static let callTimeout = Duration.seconds(30)

    /// For calls that work through everything that is stored, and for imports: the service's own maximum.
    public static let longCallTimeout = Duration.seconds(3600)

    /// How often a call that is safe to repeat meets a service that is just restarting before its caller hears of it.
    ///
    /// One restart can be met twice: by a connection that waits in the stopping daemon, and by one that its last moment
    /// took in.
    static let restartAttempts = 5

    /// Makes a unary call.
    ///
    /// When a restart of the service comes between, a call that is safe to repeat is made again on a new connection:
    /// one whose method is declared idempotent, or whose request carries a request id. With a socket of the service
    /// manager the new connection waits in its queue until the service is back.
    ///
    /// - Parameters:
    ///   - timeout: sent to the service and kept here too, so that a service that hangs cannot hold its caller.
    ///   - repeating: `false` for a call whose caller wants to know of a restart, although it could be repeated.
    public func call<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, _ request: Request, timeout: Duration = callTimeout,
        repeating: Bool = true
    ) async throws(ClientError) -> Response {
        let isRepeatable = method.isIdempotent || (request as? any KeyedRequest)?.requestID != nil
        var attemptsLeft = repeating && isRepeatable ? Self.restartAttempts : 1
        while true {
            attemptsLeft -= 1
            do { return try await callOnce(method, request, timeout: timeout) } catch {
                guard error.isOfRestart, attemptsLeft > 0 else { throw error }
            }
        }
    }

    private func callOnce<Request: WireMessage, Response: WireMessage>(
        _ method: MethodSpec<Request, Response>, _ request: Request, timeout: Duration
    ) async throws(ClientError) -> Response {
        let connection = try await sharedConnection()
        do {
            let bytes = try await connection.unary(outgoing(method, timeout: timeout), request: request.serialized())
            return try Response(serialized: bytes)
        } catch {
            throw forgettingLost(connection, ClientError(error, address: address, limit: timeout))
        }
    }

    func outgoing<Request, Response>(
        _ method: MethodSpec<Request, Response>, timeout: Duration? = nil
    ) -> OutgoingCall {
        OutgoingCall(
            service: method.service, method: method.name,
            metadata: onBehalfOf.map { [(Self.onBehalfOfMetadata, $0)] } ?? [], timeout: timeout)
    }

    /// A connection for one stream; the caller closes it.
    func ownConnection() async throws(ClientError) -> any CallTransport {
        do { return try await dial() } catch { throw ClientError(error, address: address) }
    }

    func sharedConnection() async throws(ClientError) -> any CallTransport {
        if let connection = shared.withLock({ $0 }) { return connection }
        let fresh = try await ownConnection()
        let winner: any CallTransport = shared.withLock { connection in
            if let connection { return connection }
            connection = fresh
            return fresh
        }
        if winner !== fresh { await fresh.close() }
        return winner
    }

    /// Gives the error back; a connection that is lost, or on which the service takes no more calls, is not used again.
    func forgettingLost(_ connection: any CallTransport, _ error: ClientError) -> ClientError {
        if error.isOfRestart {
            shared.withLock { if let current = $0, current === connection { $0 = nil } }
        }
        return error
    }
}

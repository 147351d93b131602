import NIOCore
import NIOPosix
import TTRPC

/// A ttrpc client on one connection; calls on it may run at the same time.
///
/// Calls throw `RPCFailure` for a status of the peer, `TransportError` when there is no answer, and `CancellationError`
/// when their own task is cancelled. The protocol has no flow control of single streams and no cancellation: a response
/// that is read slowly holds up the other calls of its connection, and a call that was given up goes on at the server.
/// So an upload or a long response gets a client of its own, and `close` ends it for good.
public final class TTRPCClient: Sendable {
    private let link: ClientLink

    private init(_ link: ClientLink) { self.link = link }

    /// Connects to a server's socket, waiting up to `connectTimeout` while it is missing or refuses.
    public static func connect(path: String, connectTimeout: Duration = .seconds(3)) async throws -> TTRPCClient {
        let socket = try await UnixConnector.connect(to: path, timeout: connectTimeout)
        let link = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .withConnectedSocket(socket.release()) { channel in
                channel.eventLoop.makeCompletedFuture { try ClientLink(addedTo: channel) }
            }
        return TTRPCClient(link)
    }

    /// Makes a unary call and returns its response message.
    ///
    /// - Parameter timeout: sent to the server, which may shorten it, and kept here too; `nil` = the method's own.
    public func unary(
        service: String, method: String, request: [UInt8], metadata: [(name: String, value: String)] = [],
        timeout: Duration? = nil
    ) async throws -> [UInt8] {
        let call = try await link.open(
            .unary, service: service, method: method, request: request, metadata: metadata, timeout: timeout)
        return try await link.answer(to: call)
    }

    /// Makes a server-streaming call and returns its messages; while they are not taken, the connection is not read.
    public func serverStream(
        service: String, method: String, request: [UInt8], metadata: [(name: String, value: String)] = [],
        timeout: Duration? = nil
    ) async throws -> ResponseMessages {
        let call = try await link.open(
            .serverStreaming, service: service, method: method, request: request, metadata: metadata, timeout: timeout)
        return ResponseMessages(stream: ResponseStream(call, on: link))
    }

    /// Opens a client-streaming call; the messages go through the returned handle.
    public func clientStream(
        service: String, method: String, metadata: [(name: String, value: String)] = [], timeout: Duration? = nil
    ) async throws -> RequestWriter {
        let call = try await link.open(
            .clientStreaming, service: service, method: method, request: [], metadata: metadata, timeout: timeout)
        return RequestWriter(call, on: link)
    }

    /// Closes the connection; calls that run fail with `TransportError.closed`.
    public func close() async { await link.close() }
}

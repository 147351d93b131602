import NIOCore
import NIOPosix
import Synchronization
import SystemIO
import TTRPC

/// A ttrpc client on one connection; calls on it may run at the same time.
///
/// Calls throw `RPCFailure` for a status of the peer, `TransportError` when there is no answer, and `CancellationError`
/// when their own task is cancelled. The protocol has no flow control of single streams and no cancellation: a response
/// that is read slowly holds up the other calls of its connection, and a call that was given up goes on at the server.
/// So an upload or a long response gets a client of its own, and `close` ends it for good. The connection closes by
/// itself when the client and all of its calls are gone.
package final class TTRPCClient: Sendable {
    /// How much later than the server a client gives a call up by itself, so that the server's answer wins.
    private static let deadlineGrace = Duration.milliseconds(250)

    private let channel: any Channel
    private let connection: NIOLoopBound<ClientConnection>
    private let outbound: OutboundGate
    private let readGate: ReadGate
    private let keys = Atomic<UInt64>(0)

    /// Adds the connection to a channel's pipeline; on its event loop.
    private init(addedTo channel: any Channel) throws {
        let connection = ClientConnection(channel: channel)
        try channel.pipeline.syncOperations.addHandler(connection)
        self.channel = channel
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        outbound = connection.outbound
        readGate = connection.readGate
    }

    deinit { channel.close(promise: nil) }

    /// Connects to a server's socket, waiting up to `connectTimeout` while it is missing or refuses.
    package static func connect(path: String, connectTimeout: Duration = .seconds(3)) async throws -> TTRPCClient {
        let socket = try await UnixConnector.connect(to: path, timeout: connectTimeout)
        return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .withConnectedSocket(socket.release()) { channel in
                channel.eventLoop.makeCompletedFuture { try TTRPCClient(addedTo: channel) }
            }
    }

    /// Makes a unary call and returns its response message.
    ///
    /// - Parameter timeout: sent to the server, which may shorten it, and kept here too; `nil` = the method's own.
    package func unary(
        service: String, method: String, request: [UInt8], metadata: [(name: String, value: String)] = [],
        timeout: Duration? = nil
    ) async throws -> [UInt8] {
        let call = try await open(
            .unary, service: service, method: method, request: request, metadata: metadata, timeout: timeout)
        return try await answer(to: call)
    }

    /// Makes a server-streaming call and returns its messages; while they are not taken, the connection is not read.
    package func serverStream(
        service: String, method: String, request: [UInt8], metadata: [(name: String, value: String)] = [],
        timeout: Duration? = nil
    ) async throws -> ResponseMessages {
        let call = try await open(
            .serverStreaming, service: service, method: method, request: request, metadata: metadata, timeout: timeout)
        return ResponseMessages(stream: ResponseStream(call, on: self))
    }

    /// Opens a client-streaming call; the messages go through the returned handle.
    package func clientStream(
        service: String, method: String, metadata: [(name: String, value: String)] = [], timeout: Duration? = nil
    ) async throws -> RequestWriter {
        let call = try await open(
            .clientStreaming, service: service, method: method, request: [], metadata: metadata, timeout: timeout)
        return RequestWriter(call, on: self)
    }

    /// Closes the connection; calls that run fail with `TransportError.closed`.
    package func close() async {
        // It can only fail because it is closed.
        try? await channel.close()
    }

    // MARK: - Calls

    /// Sends a request and returns its call; what goes wrong from then on comes out of the call.
    private func open(
        _ kind: StreamingKind, service: String, method: String, request: [UInt8],
        metadata: [(name: String, value: String)], timeout: Duration?
    ) async throws -> ClientCall {
        if let timeout, timeout <= .zero { throw Self.outOfTime }
        let envelope = RequestEnvelope(
            service: service, method: method, payload: request,
            timeoutNanoseconds: timeout.map(Self.wireTimeout) ?? 0,
            metadata: metadata.map { RequestEnvelope.Entry(name: $0.name, value: $0.value) }
        ).serialized()
        try Self.check(envelope)
        let call = ClientCall(
            kind: kind, key: keys.add(1, ordering: .relaxed).newValue, eventLoop: channel.eventLoop,
            onRelease: { [readGate] in readGate.remove($0) })
        if let timeout {
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeout + Self.deadlineGrace)) {
                [connection] in connection.value.abandon(call, Self.outOfTime)
            }
            call.setDeadline(timer)
        }
        let counted = FrameHeader.byteCount + envelope.count
        guard await outbound.enter(counted, for: call.key) else {
            call.cancelDeadline()
            throw call.sendFailure
        }
        channel.eventLoop.execute { [connection] in
            connection.value.open(call, envelope: envelope, counted: counted)
        }
        return call
    }

    /// Sends one message of an upload, when there is room; after the server's answer it goes nowhere.
    func send(_ message: [UInt8], for call: ClientCall) async throws {
        if let end = call.inbound.end { return try end.get() }
        try Self.check(message)
        let counted = FrameHeader.byteCount + message.count
        guard await outbound.enter(counted, for: call.key) else {
            if case .success = call.inbound.end { return }
            throw call.sendFailure
        }
        channel.eventLoop.execute { [connection] in
            connection.value.send(.message, message, for: call, counted: counted)
        }
    }

    /// Says that an upload has no more messages.
    func endMessages(of call: ClientCall) {
        outbound.force(FrameHeader.byteCount)
        channel.eventLoop.execute { [connection] in
            connection.value.send(.endOfMessages, [], for: call, counted: FrameHeader.byteCount)
        }
    }

    /// The one answer of a unary or client-streaming call.
    func answer(to call: ClientCall) async throws -> [UInt8] {
        do {
            guard let answer = try await call.inbound.next() else {
                throw TransportError.malformedPeer("a stream that ends without its answer")
            }
            return answer
        } catch {
            abandon(call)
            throw error
        }
    }

    /// Gives up a call whose answer nobody wants any more.
    func abandon(_ call: ClientCall) {
        channel.eventLoop.execute { [connection] in connection.value.abandon(call, CancellationError()) }
    }

    private static let outOfTime = RPCFailure(
        code: .deadlineExceeded, message: TransportRefusal.deadlineExceeded.message)

    private static func check(_ payload: [UInt8]) throws(TransportError) {
        guard payload.count > FrameHeader.maximumPayload else { return }
        throw .messageTooLarge(bytes: payload.count, limit: FrameHeader.maximumPayload)
    }

    /// At least 1, for 0 would mean no timeout.
    private static func wireTimeout(_ timeout: Duration) -> Int64 {
        let bounded = min(timeout, MethodDescriptor.longestTimeout)
        return max(1, bounded.components.seconds * 1_000_000_000 + bounded.components.attoseconds / 1_000_000_000)
    }
}

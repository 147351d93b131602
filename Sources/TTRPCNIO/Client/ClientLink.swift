import NIOCore
import ReviewPackAPI
import Synchronization
import TTRPC

/// A client's connection as its calls hold it; closes when the client and all of them are gone.
final class ClientLink: Sendable {
    /// How much later than the server a client gives a call up by itself, so that the server's answer wins.
    private static let deadlineGrace = Duration.milliseconds(250)

    private let channel: any Channel
    private let connection: NIOLoopBound<ClientConnection>
    private let outbound: OutboundGate
    private let readGate: ReadGate
    private let keys = Atomic<UInt64>(0)

    /// Adds the connection to a channel's pipeline; on its event loop.
    init(addedTo channel: any Channel) throws {
        let connection = ClientConnection(channel: channel)
        try channel.pipeline.syncOperations.addHandler(connection)
        self.channel = channel
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        outbound = connection.outbound
        readGate = connection.readGate
    }

    deinit { channel.close(promise: nil) }

    func close() async {
        // It can only fail because it is closed.
        try? await channel.close()
    }

    /// Sends a request and returns its call; what goes wrong from then on comes out of the call.
    func open(
        _ kind: StreamingKind, service: String, method: String, request: [UInt8],
        metadata: [(name: String, value: String)], timeout: Duration?
    ) async throws -> ClientCall {
        if let timeout, timeout <= .zero { throw Self.deadlineExceeded }
        let envelope = TTRPCProto.Request(
            service: service, method: method, payload: request,
            timeoutNano: timeout.map(Self.nanoseconds) ?? 0,
            metadata: metadata.map { TTRPCProto.KeyValue(key: $0.name, value: $0.value) }
        ).serialized()
        try Self.check(envelope)
        let call = ClientCall(
            kind: kind, key: keys.add(1, ordering: .relaxed).newValue, eventLoop: channel.eventLoop,
            onRelease: { [readGate] in readGate.remove($0) })
        if let timeout {
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(timeout + Self.deadlineGrace)) {
                [connection] in connection.value.abandon(call, Self.deadlineExceeded)
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

    func abandon(_ call: ClientCall) {
        channel.eventLoop.execute { [connection] in connection.value.abandon(call, CancellationError()) }
    }

    private static let deadlineExceeded = RPCFailure(
        code: .deadlineExceeded, message: TransportRefusal.deadlineExceeded.message)

    private static func check(_ payload: [UInt8]) throws(TransportError) {
        guard payload.count > FrameHeader.maximumPayload else { return }
        throw .messageTooLarge(bytes: payload.count, limit: FrameHeader.maximumPayload)
    }

    /// At least 1, for 0 would mean no timeout.
    private static func nanoseconds(_ timeout: Duration) -> Int64 {
        let bounded = min(timeout, MethodDescriptor.longestTimeout)
        return max(1, bounded.components.seconds * 1_000_000_000 + bounded.components.attoseconds / 1_000_000_000)
    }
}

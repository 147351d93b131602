import NIOCore
import Synchronization
import TTRPC

/// One call of a client: what its caller's task and its connection share.
final class ClientCall: Sendable {
    let kind: StreamingKind
    /// Its number on this connection, for the outbound gate.
    let key: OutboundGate.CallKey
    /// What the server answers; for the two kinds with one answer, that alone.
    let inbound: MessageQueue<any Error>
    /// Its stream, once it is open. Belongs to the event loop.
    let streamID: NIOLoopBoundBox<StreamID?>

    private let deadline = Mutex<Scheduled<Void>?>(nil)

    init(
        kind: StreamingKind, key: OutboundGate.CallKey, eventLoop: any EventLoop,
        onRelease: @escaping @Sendable (Int) -> Void
    ) {
        self.kind = kind
        self.key = key
        inbound = MessageQueue(cancelled: CancellationError(), onRelease: onRelease)
        streamID = .makeEmptyBox(valueType: StreamID.self, eventLoop: eventLoop)
    }

    func setDeadline(_ timer: Scheduled<Void>) { deadline.withLock { $0 = timer } }

    func cancelDeadline() {
        deadline.withLock { timer in
            defer { timer = nil }
            return timer
        }?.cancel()
    }

    /// What a caller gets who cannot send any more.
    var sendFailure: any Error {
        if case .failure(let error) = inbound.end { return error }
        return Task.isCancelled ? CancellationError() : TransportError.closed
    }
}

/// The response messages of a server-streaming call, in order; for one consumer.
///
/// What is not taken stops the reading of the whole connection. Dropping the sequence and its iterator frees what waits
/// in it; the protocol cannot tell the server, which goes on until its deadline or until the connection closes.
package struct ResponseMessages: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    let stream: ResponseStream

    package func makeAsyncIterator() -> Iterator { Iterator(stream: stream) }

    package struct Iterator: AsyncIteratorProtocol {
        let stream: ResponseStream

        package mutating func next() async throws -> [UInt8]? { try await stream.call.inbound.next() }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            try await stream.call.inbound.next()
        }
    }
}

/// Keeps a connection while a response is read from it, and abandons the call at its end.
final class ResponseStream: Sendable {
    let call: ClientCall
    private let client: TTRPCClient

    init(_ call: ClientCall, on client: TTRPCClient) {
        self.call = call
        self.client = client
    }

    deinit { client.abandon(call) }
}

/// The sending side of a client-streaming call.
///
/// Dropping it before `finish` never counts as the end of the messages: the server waits for more until its deadline or
/// until the connection closes, and then discards the upload.
package final class RequestWriter: Sendable {
    private let call: ClientCall
    private let client: TTRPCClient

    init(_ call: ClientCall, on client: TTRPCClient) {
        self.call = call
        self.client = client
    }

    deinit { client.abandon(call) }

    /// Sends one message; suspends while the server does not read.
    ///
    /// Throws the server's failure if that came already. After an early success messages go nowhere: `finish` returns
    /// that answer.
    package func send(_ message: [UInt8]) async throws {
        try await client.send(message, for: call)
    }

    /// Says that there are no more messages and returns the server's answer.
    package func finish() async throws -> [UInt8] {
        client.endMessages(of: call)
        return try await client.answer(to: call)
    }
}

package import TTRPC

/// One call as its handler sees it: who calls what, with which message, and the two directions of its stream.
package final class ServerCall: Sendable {
    /// The caller, as the kernel says.
    package let peer: PeerIdentity
    /// The method, as `CallHandler.route` gave it.
    package let descriptor: MethodDescriptor
    /// The envelope's metadata in the order sent; names may repeat.
    package let metadata: [(name: String, value: String)]
    /// The call's number since the server started, for logs.
    package let ordinal: UInt64
    /// When the caller gets DEADLINE_EXCEEDED and this call's Task is cancelled.
    package let deadline: ContinuousClock.Instant?
    /// The request message of a unary or server-streaming call.
    ///
    /// Empty for an empty message and for a client-streaming call, whose messages are all in `inbound`, the one from
    /// the envelope (if it had any bytes) first.
    package let request: [UInt8]
    /// The caller's messages of a client-streaming call; ends at once for the other kinds.
    package let inbound: InboundMessages

    private let sink: @Sendable ([UInt8]) async throws(RPCFailure) -> Void

    /// Makes a call from its parts; the server does, and a test of a handler can, with a `send` that records.
    package init(
        peer: PeerIdentity, descriptor: MethodDescriptor, metadata: [(name: String, value: String)] = [],
        ordinal: UInt64 = 0, deadline: ContinuousClock.Instant? = nil, request: [UInt8] = [],
        inbound: InboundMessages = InboundMessages([]),
        send: @escaping @Sendable ([UInt8]) async throws(RPCFailure) -> Void
    ) {
        self.peer = peer
        self.descriptor = descriptor
        self.metadata = metadata
        self.ordinal = ordinal
        self.deadline = deadline
        self.request = request
        self.inbound = inbound
        self.sink = send
    }

    /// Sends one message of a server-streaming call, and suspends while the caller does not read.
    ///
    /// Throws when the call is over (CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE), when the message does not fit into a
    /// frame (INTERNAL), and for a call of another kind (INTERNAL).
    package func send(_ message: [UInt8]) async throws(RPCFailure) {
        try await sink(message)
    }

    /// The metadata values of this name, in their order. Names are compared without regard to the case of ASCII
    /// letters, and byte by byte: the letters of other scripts that Unicode makes equal to these, as the Kelvin sign to
    /// `k`, are others.
    package func metadataValues(_ name: String) -> [String] {
        func folded(_ name: String) -> [UInt8] {
            name.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        }
        let wanted = folded(name)
        return metadata.filter { folded($0.name) == wanted }.map(\.value)
    }
}

/// The messages that a caller streams to the server, in order; for one consumer.
///
/// While more than the connection's bound of bytes waits here, the server stops reading that connection. Iteration
/// ends when the caller has closed its side, and throws the call's failure when it is cut short.
package struct InboundMessages: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = RPCFailure

    let queue: MessageQueue<RPCFailure>

    /// A sequence of given messages that ends after them: what a test of a handler passes.
    package init(_ messages: [[UInt8]]) {
        queue = MessageQueue(cancelled: RPCFailure(code: .cancelled, message: TransportRefusal.cancelled.message))
        for message in messages { queue.push(message) }
        queue.finish()
    }

    init(queue: MessageQueue<RPCFailure>) {
        self.queue = queue
    }

    package func makeAsyncIterator() -> Iterator { Iterator(queue: queue) }

    package struct Iterator: AsyncIteratorProtocol {
        let queue: MessageQueue<RPCFailure>

        package mutating func next() async throws(RPCFailure) -> [UInt8]? {
            try await queue.next()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCFailure) -> [UInt8]? {
            try await queue.next()
        }
    }
}

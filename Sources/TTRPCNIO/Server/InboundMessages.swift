import TTRPC

/// The messages that a caller streams to the server, in order; for one consumer.
///
/// While more than the connection's bound of bytes waits here, the server stops reading that connection. Iteration
/// ends when the caller has closed its side, and throws the call's failure when it is cut short.
public struct InboundMessages: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = RPCFailure

    let queue: MessageQueue<RPCFailure>

    /// A sequence of given messages that ends after them: what a test of a handler passes.
    public init(_ messages: [[UInt8]]) {
        queue = MessageQueue(cancelled: RPCFailure(code: .cancelled, message: TransportRefusal.cancelled.message))
        for message in messages { queue.push(message) }
        queue.finish()
    }

    init(queue: MessageQueue<RPCFailure>) {
        self.queue = queue
    }

    public func makeAsyncIterator() -> Iterator { Iterator(queue: queue) }

    public struct Iterator: AsyncIteratorProtocol {
        let queue: MessageQueue<RPCFailure>

        public mutating func next() async throws(RPCFailure) -> [UInt8]? {
            try await queue.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RPCFailure) -> [UInt8]? {
            try await queue.next()
        }
    }
}

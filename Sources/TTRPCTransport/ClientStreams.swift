import TTRPC

/// The response messages of a server-streaming call, in order; for one consumer.
public struct ResponseMessages: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = any Error

    public func makeAsyncIterator() -> Iterator { Iterator() }

    public struct Iterator: AsyncIteratorProtocol {
        public mutating func next() async throws -> [UInt8]? { throw TransportError.closed }
    }
}

/// The sending side of a client-streaming call.
public final class RequestWriter: Sendable {
    /// Sends one message; suspends while the server does not read. Throws the server's answer if it came already.
    public func send(_ message: [UInt8]) async throws {}

    /// Says that there are no more messages and returns the server's answer.
    public func finish() async throws -> [UInt8] { throw TransportError.closed }
}

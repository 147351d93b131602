import ReviewPackAPI
import TTRPCNIO

/// The sending side of a server-streaming call, typed.
struct ResponseStream<Response: WireMessage>: Sendable {
    let call: ServerCall

    /// Sends one message; suspends while the caller does not read.
    func send(_ message: Response) async throws {
        try await call.send(message.serialized())
    }
}

/// The messages of a client-streaming call, typed and decoded one at a time.
struct RequestStream<Request: WireMessage>: AsyncSequence, Sendable {
    typealias Element = Request

    let context: CallContext

    func makeAsyncIterator() -> Iterator {
        Iterator(messages: context.call.inbound.makeAsyncIterator(), context: context)
    }

    struct Iterator: AsyncIteratorProtocol {
        var messages: InboundMessages.Iterator
        let context: CallContext

        mutating func next() async throws -> Request? {
            guard let bytes = try await messages.next() else { return nil }
            return try context.decode(Request.self, from: bytes)
        }
    }
}

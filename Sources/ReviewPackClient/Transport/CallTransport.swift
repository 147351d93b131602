import TTRPCNIO

/// One connection that calls go over, reduced to bytes, so that everything above it can be tried without a socket.
package protocol CallTransport: AnyObject, Sendable {
    /// One request message, one response message.
    func unary(_ call: OutgoingCall, request: [UInt8]) async throws -> [UInt8]
    /// One request message, any number of response messages; they are read only as fast as they are taken.
    func serverStream(_ call: OutgoingCall, request: [UInt8]) async throws -> IncomingMessages
    /// Any number of request messages, one response message.
    func clientStream(_ call: OutgoingCall) async throws -> OutgoingMessages
    func close() async
}

/// What names a call on the wire.
package struct OutgoingCall: Sendable {
    package var service: String
    package var method: String
    package var metadata: [(name: String, value: String)]
    package var timeout: Duration?
}

/// The response messages of a call, in order; for one consumer.
package struct IncomingMessages {
    /// The next message, or nil after the last.
    package let next: () async throws -> [UInt8]?

    package init(next: @escaping () async throws -> [UInt8]?) { self.next = next }
}

/// The sending side of a call.
package struct OutgoingMessages: Sendable {
    /// Sends one message; suspends while the peer does not read, and throws its answer when that came early.
    package let send: @Sendable ([UInt8]) async throws -> Void
    /// Ends the sending side and returns the answer.
    package let finish: @Sendable () async throws -> [UInt8]

    package init(
        send: @escaping @Sendable ([UInt8]) async throws -> Void, finish: @escaping @Sendable () async throws -> [UInt8]
    ) {
        self.send = send
        self.finish = finish
    }
}

/// The transport over a real socket.
extension TTRPCClient: CallTransport {
    package func unary(_ call: OutgoingCall, request: [UInt8]) async throws -> [UInt8] {
        try await unary(
            service: call.service, method: call.method, request: request, metadata: call.metadata,
            timeout: call.timeout)
    }

    package func serverStream(_ call: OutgoingCall, request: [UInt8]) async throws -> IncomingMessages {
        let messages = try await serverStream(
            service: call.service, method: call.method, request: request, metadata: call.metadata,
            timeout: call.timeout)
        var iterator = messages.makeAsyncIterator()
        return IncomingMessages { try await iterator.next() }
    }

    package func clientStream(_ call: OutgoingCall) async throws -> OutgoingMessages {
        let writer = try await clientStream(
            service: call.service, method: call.method, metadata: call.metadata, timeout: call.timeout)
        return OutgoingMessages(send: { try await writer.send($0) }, finish: { try await writer.finish() })
    }
}

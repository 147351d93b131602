import TTRPCNIO

/// The transport over a real socket.
final class TTRPCConnection: CallTransport {
    private let client: TTRPCClient

    init(client: TTRPCClient) { self.client = client }

    func unary(_ call: OutgoingCall, request: [UInt8]) async throws -> [UInt8] {
        try await client.unary(
            service: call.service, method: call.method, request: request, metadata: call.metadata,
            timeout: call.timeout)
    }

    func serverStream(_ call: OutgoingCall, request: [UInt8]) async throws -> IncomingMessages {
        let messages = try await client.serverStream(
            service: call.service, method: call.method, request: request, metadata: call.metadata,
            timeout: call.timeout)
        var iterator = messages.makeAsyncIterator()
        return IncomingMessages { try await iterator.next() }
    }

    func clientStream(_ call: OutgoingCall) async throws -> OutgoingMessages {
        let writer = try await client.clientStream(
            service: call.service, method: call.method, metadata: call.metadata, timeout: call.timeout)
        return OutgoingMessages(send: { try await writer.send($0) }, finish: { try await writer.finish() })
    }

    func close() async { await client.close() }
}

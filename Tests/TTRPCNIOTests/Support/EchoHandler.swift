import Synchronization
import TTRPC

@testable import TTRPCNIO

/// Something that happens once, and that one test waits for.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func fire() {
        continuation.yield()
        continuation.finish()
    }

    func wait() async { for await _ in stream { return } }
}

/// A service whose methods show what the transport gives and takes.
final class EchoHandler: CallHandler {
    static let service = "test.Echo"

    /// A `Block` or `Hold` call has begun.
    let started = Signal()
    /// A `Block` or `Hold` call's task was cancelled.
    let cancelled = Signal()
    /// Lets `Hold` and `Wait` go on.
    let release = Signal()
    /// Bytes that `Flood` could hand to the transport.
    let flooded = Atomic<Int>(0)

    private static let methods: [MethodDescriptor] = [
        method("Echo", .unary), method("Small", .unary, limit: 10), method("WhoAmI", .unary),
        method("Metadata", .unary), method("Fail", .unary), method("Huge", .unary), method("Block", .unary),
        method("Capped", .unary, maximum: .milliseconds(50)), method("Wait", .unary),
        method("Count", .serverStreaming), method("CountThenFail", .serverStreaming),
        method("Flood", .serverStreaming),
        method("Sum", .clientStreaming, limit: 1 << 20), method("Hold", .clientStreaming),
        method("Reject", .clientStreaming),
    ]

    private static func method(
        _ name: String, _ kind: StreamingKind, limit: Int = 4 << 20, maximum: Duration? = nil
    ) -> MethodDescriptor {
        MethodDescriptor(
            service: service, method: name, kind: kind, requestLimit: limit, maximumDeadline: maximum)
    }

    func route(service: String, method: String) -> CallRoute? {
        guard let descriptor = Self.methods.first(where: { $0.service == service && $0.method == method }) else {
            return nil
        }
        return CallRoute(descriptor) { (call) async throws(RPCFailure) in try await self.answer(call) }
    }

    private func answer(_ call: ServerCall) async throws(RPCFailure) -> [UInt8]? {
        switch call.descriptor.method {
        case "Echo", "Small": return call.request
        case "WhoAmI": return Array("\(call.peer.uid):\(call.peer.gid):\(call.peer.supplementaryGroups.count)".utf8)
        case "Metadata": return Array(call.metadata.map { "\($0.name)=\($0.value)" }.joined(separator: ";").utf8)
        case "Fail": throw Self.failure
        case "Huge": return [UInt8](repeating: 1, count: 4 << 20)
        case "Block", "Capped":
            started.fire()
            try? await Task.sleep(for: .seconds(600))
            cancelled.fire()
            throw RPCFailure(code: .cancelled, message: "blocked until cancelled")
        case "Wait":
            started.fire()
            await release.wait()
            return call.request
        case "Count":
            for index in 0..<(call.request.first ?? 0) { try await call.send([index]) }
            return call.request.count > 1 ? Array(call.request.dropFirst()) : nil
        case "CountThenFail":
            for index in 0..<(call.request.first ?? 0) { try await call.send([index]) }
            throw Self.failure
        case "Flood": return try await flood(call)
        case "Sum": return try await sum(call)
        case "Hold":
            started.fire()
            await withTaskCancellationHandler {
                await release.wait()
            } onCancel: {
                cancelled.fire()
            }
            return try await sum(call)
        case "Reject": throw Self.failure
        default: throw RPCFailure(code: .internal, message: "a row without a handler")
        }
    }

    static let failure = RPCFailure(
        code: .failedPrecondition, message: "not now – später",
        details: [.init(typeURL: "type.googleapis.com/x.Y", value: [1, 0, 2]), .init(typeURL: "z", value: [])])

    static let floodMessage = [UInt8](repeating: 0xF1, count: 32 << 10)
    static let floodCount = 512

    private func flood(_ call: ServerCall) async throws(RPCFailure) -> [UInt8]? {
        for _ in 0..<Self.floodCount {
            do throws(RPCFailure) {
                try await call.send(Self.floodMessage)
            } catch {
                cancelled.fire()
                throw error
            }
            flooded.add(Self.floodMessage.count, ordering: .relaxed)
        }
        return nil
    }

    /// How many messages and bytes came, as text.
    private func sum(_ call: ServerCall) async throws(RPCFailure) -> [UInt8]? {
        var (messages, bytes) = (0, 0)
        for try await message in call.inbound {
            messages += 1
            bytes += message.count
        }
        return Array("\(messages):\(bytes)".utf8)
    }
}

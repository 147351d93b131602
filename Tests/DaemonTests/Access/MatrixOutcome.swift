import ReviewPackAPI
import Synchronization
import TTRPC
import TTRPCNIO

@testable import Daemon

/// Everything that a caller sees of how a call ended; a stream of answers counts as a success with its first message.
struct MatrixOutcome: Equatable, Sendable, CustomStringConvertible {
    /// Nil for success.
    var failure: RPCFailure?

    /// `OK`, or the stable reason.
    var reason: String {
        guard let failure else { return "OK" }
        let info = failure.details.first.flatMap { try? GoogleRPC.ErrorInfo(serialized: $0.value) }
        return info?.reason ?? "code \(failure.code) without a reason"
    }

    var description: String { failure.map { "\(reason), \($0.message)" } ?? "OK" }
}

extension ServiceFixture {
    /// Makes a call of any kind and tells how it ended.
    func outcome(of method: AnyMethodSpec, _ messages: [[UInt8]], as caller: MatrixCaller) async -> MatrixOutcome {
        let hasAnswered = Mutex(false)
        do throws(RPCFailure) {
            guard let route = dispatcher.route(service: method.service, method: method.name) else {
                throw dispatcher.unimplemented(service: method.service, method: method.name)
            }
            let isUpload = method.kind == .clientStreaming
            _ = try await route.answer(
                ServerCall(
                    peer: caller.peer, descriptor: route.descriptor,
                    metadata: caller.subject.map { [(name: CallContext.onBehalfOfKey, value: $0)] } ?? [],
                    request: isUpload ? [] : messages[0], inbound: InboundMessages(isUpload ? messages : []),
                    send: { (_: [UInt8]) async throws(RPCFailure) in
                        hasAnswered.withLock { $0 = true }
                        throw RPCFailure(code: .cancelled, message: "the first message is enough")
                    }))
            return MatrixOutcome()
        } catch {
            return hasAnswered.withLock { $0 } ? MatrixOutcome() : MatrixOutcome(failure: error)
        }
    }
}

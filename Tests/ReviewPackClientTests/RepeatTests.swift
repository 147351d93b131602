import ReviewPackAPI
import TTRPCNIO
import Testing

@testable import ReviewPackClient

/// Loses every call, and counts them.
private final class LosingTransport: CallTransport {
    let calls = Counter()

    func unary(_ call: OutgoingCall, request: [UInt8]) async throws -> [UInt8] {
        _ = calls.next()
        throw TransportError.closed
    }

    func serverStream(_ call: OutgoingCall, request: [UInt8]) async throws -> IncomingMessages {
        throw TransportError.closed
    }

    func clientStream(_ call: OutgoingCall) async throws -> OutgoingMessages { throw TransportError.closed }
    func close() async {}
}

@Suite("A call that was lost") struct RepeatTests {
    /// How often the service was met.
    private func attempts(_ body: (ReviewPackClient) async throws -> Void) async -> Int {
        let transport = LosingTransport()
        let client = ReviewPackClient(address: .standard, connection: transport, dial: { transport })
        do {
            try await body(client)
            Issue.record("a lost call has succeeded")
        } catch {
            #expect(error is ClientError)
        }
        return transport.calls.value
    }

    @Test("is made again when its method is declared idempotent, and once when it is not")
    func declared() async {
        #expect(Methods.directoryServiceGrantRole.isIdempotent && !Methods.directoryServiceRevokeRole.isIdempotent)
        let again = await attempts { _ = try await $0.call(Methods.directoryServiceGrantRole, .init()) }
        #expect(again == ReviewPackClient.restartAttempts)
        let once = await attempts { _ = try await $0.call(Methods.directoryServiceRevokeRole, .init()) }
        #expect(once == 1)
    }

    @Test("is made again when its request carries an id, whatever its method")
    func keyed() async {
        #expect(!Methods.reviewPackServiceGenerate.isIdempotent)
        let keyed = await attempts { _ = try await $0.generate(.init(tenant: "x")) }
        #expect(keyed == ReviewPackClient.restartAttempts)
        let bare = await attempts { _ = try await $0.call(Methods.reviewPackServiceGenerate, .init(tenant: "x")) }
        #expect(bare == 1)
    }

    @Test("is made once when its answer tells what this one did")
    func once() async {
        let prunes = await attempts { _ = try await $0.prune(.init()) }
        let checks = await attempts { _ = try await $0.check() }
        #expect(prunes == 1 && checks == 1)
    }
}

import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO
import TestTags
import Testing

@testable import ReviewPackClient

@Suite("The client's one error", .tags(.wire))
struct ErrorTests {
    private let address = ClientAddress.standard

    private func remote(_ code: TTRPC.StatusCode, _ details: [RPCFailure.Detail]) -> RemoteFailure? {
        let error = ClientError(RPCFailure(code: code, message: "m", details: details), address: address)
        guard case .remote(let failure) = error else { return nil }
        return failure
    }

    private func detail(_ info: GoogleRPC.ErrorInfo) -> RPCFailure.Detail {
        RPCFailure.Detail(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: info.serialized())
    }

    @Test("the reason and its dynamic parts are read from the status")
    func reason() throws {
        let info = GoogleRPC.ErrorInfo(
            reason: "GENERATION_IN_PROGRESS", domain: "reviewpack", metadata: ["pack_id": "x"])
        let failure = try #require(remote(.aborted, [detail(info)]))
        #expect(failure.reason == .generationInProgress)
        #expect(failure.metadata == ["pack_id": "x"])
        #expect(failure.code == .aborted)
    }

    @Test("details that are not ours, or cannot be read, count as none")
    func foreignDetails() throws {
        let foreign = GoogleRPC.ErrorInfo(reason: "NOT_FOUND", domain: "example.org")
        let broken = RPCFailure.Detail(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: [0xFF, 0xFF])
        let other = RPCFailure.Detail(typeURL: "type.googleapis.com/google.rpc.Help", value: [])
        let failure = try #require(remote(.internal, [detail(foreign), broken, other]))
        #expect(failure.reason == nil)
        #expect(failure.rawReason == nil)
    }

    @Test(
        "a transport that failed is unreachable, closed, a broken protocol or a wrong argument",
        arguments: [
            (
                TransportError.unreachable(path: "p", errno: 2),
                ClientError.unreachable(address: "p", errno: 2)
            ),
            (.closed, .connectionLost(address: ClientAddress.standard.path)),
            (.malformedPeer("x"), .protocolViolation("x")),
            (.streamIDsExhausted, .connectionLost(address: ClientAddress.standard.path)),
        ])
    func transport(error: TransportError, expected: ClientError) {
        #expect(ClientError(error, address: address) == expected)
    }

    @Test(
        "what the transport refuses to send is a usage error",
        arguments: [
            TransportError.pathTooLong(path: "p", bytes: 200), .abstractAddress("@x"),
            .messageTooLarge(bytes: 9, limit: 8),
        ])
    func refused(error: TransportError) {
        #expect(ClientError(error, address: address).faultKind == .usage)
    }

    @Test("a socket that may not be used says so")
    func permission() {
        let error = ClientError.unreachable(address: "/run/x", errno: 13)
        #expect(error.summary.contains("Permission denied"))
        #expect(error.reasonWord == "UNREACHABLE")
    }
}

extension ClientError {
    /// Which step on this side failed; nil when none did.
    var faultKind: LocalFault.Kind? { if case .local(let fault) = self { fault.kind } else { nil } }
    /// The status that the service answered with; nil when it answered with none.
    var remoteCode: TTRPC.StatusCode? { if case .remote(let failure) = self { failure.code } else { nil } }
}

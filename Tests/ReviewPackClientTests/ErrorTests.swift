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
        #expect(ClientError.remote(failure).exitStatus == .software)
    }

    @Test("every reason's exit is the table's, whatever code it came with", arguments: Reason.allCases)
    func exits(reason: Reason) {
        let failure = RemoteFailure(rawReason: reason.rawValue, code: .unknown, message: "")
        #expect(ClientError.remote(failure).exitStatus == reason.exit)
        #expect(!ClientError.remote(failure).advice.isEmpty)
    }

    @Test(
        "a connection that failed is 69, a peer that breaks the protocol 70, an interrupt 130",
        arguments: [
            (TransportError.unreachable(path: "p", errno: 2), Domain.ExitStatus.unavailable),
            (.closed, .unavailable), (.malformedPeer("x"), .software), (.pathTooLong(path: "p", bytes: 200), .usage),
            (.abstractAddress("@x"), .usage), (.messageTooLarge(bytes: 9, limit: 8), .usage),
            (.streamIDsExhausted, .unavailable),
        ])
    func transport(error: TransportError, exit: Domain.ExitStatus) {
        #expect(ClientError(error, address: address).exitStatus == exit)
    }

    @Test("a socket that may not be used says whom to ask")
    func permission() {
        let error = ClientError.unreachable(address: "/run/x", errno: 13)
        #expect(error.summary.contains("Permission denied"))
        #expect(error.advice.contains("operator"))
        #expect(error.reasonWord == "UNREACHABLE")
    }
}

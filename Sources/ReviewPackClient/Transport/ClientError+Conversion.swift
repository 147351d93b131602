import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO

extension ClientError {
    /// The client's error for whatever a transport threw.
    ///
    /// - Parameter limit: the time that the call had; nil = none was set here.
    init(_ error: any Error, address: ClientAddress, limit: Duration? = nil) {
        switch error {
        case let error as ClientError: self = error
        // The service's own answer carries its reason; one without was made here, because no answer came.
        case let failure as RPCFailure where failure.code == .deadlineExceeded && failure.details.isEmpty:
            self = limit.map { .silent(for: $0) } ?? .remote(RemoteFailure(failure))
        case let failure as RPCFailure: self = .remote(RemoteFailure(failure))
        case let error as WireError: self = .protocolViolation(error.description)
        case let error as TransportError: self.init(error, address: address)
        case is CancellationError: self = .cancelled
        default: self = .protocolViolation("\(error)")
        }
    }

    init(_ error: TransportError, address: ClientAddress) {
        switch error {
        case .unreachable(let path, let errno): self = .unreachable(address: path, errno: errno)
        case .closed: self = .connectionLost(address: address.path)
        case .malformedPeer(let why): self = .protocolViolation(why)
        case .pathTooLong(_, let bytes):
            self = .usage(
                "the socket's path has \(bytes) bytes; the system allows \(ClientAddress.maximumBytes)",
                advice: "give a shorter path, for example one relative to the current directory")
        case .abstractAddress(let text):
            self = .usage(
                "the address \(text.debugDescription) is abstract: no file permissions would guard it",
                advice: "give the path of a socket in the file system")
        case .messageTooLarge(let bytes, let limit):
            self = .usage(
                "the request has \(bytes) bytes; a message can carry \(limit)", advice: "send less in one request")
        case .streamIDsExhausted: self = .connectionLost(address: address.path)
        }
    }
}

extension ClientError {
    /// Nothing came from the service for `limit`.
    static func silent(for limit: Duration) -> ClientError {
        .fault(
            Reason.deadlineExceeded, "the service sent nothing for \(limit.components.seconds) s",
            advice: "look whether it hangs (`systemctl status reviewpackd`), then try again")
    }
}

extension RemoteFailure {
    /// The type of the detail that carries the reason (google/rpc/error_details.proto).
    static let errorInfoType = "type.googleapis.com/google.rpc.ErrorInfo"

    /// Reads the first `ErrorInfo` of our domain; a detail that cannot be read counts as none.
    init(_ failure: RPCFailure) {
        let info = failure.details.lazy
            .filter { $0.typeURL == Self.errorInfoType }
            .compactMap { try? GoogleRPC.ErrorInfo(serialized: $0.value) }
            .first { $0.domain == Reason.domain }
        self.init(
            rawReason: info?.reason, code: failure.code, message: failure.message, metadata: info?.metadata ?? [:])
    }
}

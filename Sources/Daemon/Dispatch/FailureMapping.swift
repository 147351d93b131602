import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO

// The one way from an error to what a caller sees: `google.rpc.Status` with an `ErrorInfo` detail (AIP-193).

extension RPCFailure {
    /// The status of an error that a caller is meant to see.
    init(_ error: ProductError) {
        var info = GoogleRPC.ErrorInfo()
        info.reason = error.reason.rawValue
        info.domain = Reason.domain
        info.metadata = error.metadata
        self.init(
            code: error.reason.code, message: error.message,
            details: [
                RPCFailure.Detail(
                    typeURL: "type.googleapis.com/\(GoogleRPC.ErrorInfo.fullName)", value: info.serialized())
            ])
    }
}

extension ProductError {
    /// What the transport refused, in the product's own reasons.
    init(_ refusal: TransportRefusal) {
        let reason: Reason =
            switch refusal {
            case .draining, .connectionExpired: .draining
            case .tooManyConnections: .connectionLimit
            case .tooManyStreamsOnConnection, .tooManyStreamsOfUser, .tooManyBufferedBytes: .streamLimit
            case .messageTooLarge: .messageTooLarge
            case .responseTooLarge: .internalError
            case .malformedRequest, .protocolViolation: .malformedMessage
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled: .cancelled
            }
        self.init(reason, refusal.message)
    }
}

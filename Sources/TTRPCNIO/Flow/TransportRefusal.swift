package import TTRPC

/// Why the transport itself, not a handler, refused or ended a call.
package enum TransportRefusal: Sendable, Hashable {
    /// The server finishes what runs and takes nothing new.
    case draining
    /// The connection is older than `connectionMaximumAge`; a new one is welcome.
    case connectionExpired
    /// The caller's uid has its share of `limit` connections open already, or the server all of its own.
    case tooManyConnections(limit: Int)
    /// `limit` calls run already on this connection.
    case tooManyStreamsOnConnection(limit: Int)
    /// `limit` calls of this uid run already.
    case tooManyStreamsOfUser(limit: Int)
    /// The uid's calls hold `limit` bytes of messages already.
    case tooManyBufferedBytes(limit: Int)
    /// A message of `bytes` bytes where at most `limit` are taken.
    case messageTooLarge(bytes: Int, limit: Int)
    /// A response of `bytes` bytes does not fit into a frame of `limit` bytes.
    case responseTooLarge(bytes: Int, limit: Int)
    /// The payload of a request frame is no `ttrpc.Request`, or its `timeout_nano` is negative.
    case malformedRequest(EnvelopeError)
    /// The frame is not allowed at this point of its stream.
    case protocolViolation(ProtocolViolation)
    /// The deadline passed before the answer was ready.
    case deadlineExceeded
    /// The caller went away, or the call's Task was cancelled.
    case cancelled

    /// The status code that the caller gets.
    package var code: StatusCode {
        switch self {
        case .draining, .connectionExpired: .unavailable
        case .tooManyConnections, .tooManyStreamsOnConnection, .tooManyStreamsOfUser, .tooManyBufferedBytes,
            .messageTooLarge:
            .resourceExhausted
        case .responseTooLarge: .internal
        case .malformedRequest, .protocolViolation: .invalidArgument
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        }
    }

    /// One sentence for a person: what is wrong and what to do.
    package var message: String {
        switch self {
        case .draining: "the server is shutting down; try again when it is back"
        case .connectionExpired: "this connection has reached its maximum age; connect again"
        case .tooManyConnections(let limit):
            "too many connections are open, of which one user may have \(limit); close one, or try again later"
        case .tooManyStreamsOnConnection(let limit):
            "\(limit) calls run on this connection already; wait for one to end"
        case .tooManyStreamsOfUser(let limit): "\(limit) calls of this user run already; wait for one to end"
        case .tooManyBufferedBytes(let limit):
            "this user's calls hold \(limit) bytes of messages already; wait for one to end"
        case .messageTooLarge(let bytes, let limit): "a message of \(bytes) bytes; at most \(limit) are taken"
        case .responseTooLarge(let bytes, let limit):
            "the response has \(bytes) bytes; a message can carry at most \(limit)"
        case .malformedRequest(.negativeTimeout(let nanoseconds)):
            EnvelopeError.negativeTimeout(nanoseconds: nanoseconds).description
        case .malformedRequest(let why): "the request's envelope cannot be read: \(why)"
        case .protocolViolation(let violation): violation.message
        case .deadlineExceeded: "the call's deadline passed before its answer was ready"
        case .cancelled: "the call was cancelled"
        }
    }
}

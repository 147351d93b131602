/// A canonical status code of google.rpc, as it stands in `google.rpc.Status.code`.
///
/// Source: google/rpc/code.proto. The raw values are wire values.
public enum StatusCode: Int32, Sendable, Hashable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16

    /// The code of a received status; a number outside google.rpc.Code counts as `unknown`.
    public init(wireValue: Int32) {
        self = StatusCode(rawValue: wireValue) ?? .unknown
    }
}

extension StatusCode: CustomStringConvertible {
    /// The code's name as google.rpc spells it, for example `NOT_FOUND`.
    public var description: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internal: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }
}

/// A call that ended with a status other than OK, as a value of either side.
///
/// A server's handler throws it and its caller receives it unchanged: the three fields are those of
/// `google.rpc.Status`.
public struct RPCFailure: Error, Sendable, Hashable {
    /// One `google.protobuf.Any` of the status: a message that a program can read, for example `ErrorInfo`.
    public struct Detail: Sendable, Hashable {
        /// The type of `value`, for example `type.googleapis.com/google.rpc.ErrorInfo`.
        public var typeURL: String
        /// The serialized message.
        public var value: [UInt8]

        public init(typeURL: String, value: [UInt8]) {
            self.typeURL = typeURL
            self.value = value
        }
    }

    /// Why the call failed; never `ok`.
    public var code: StatusCode
    /// One sentence for a person: what is wrong and, where it helps, what to do.
    public var message: String
    /// What a program can read about the failure; may be empty.
    public var details: [Detail]

    public init(code: StatusCode, message: String, details: [Detail] = []) {
        self.code = code
        self.message = message
        self.details = details
    }
}

extension RPCFailure: CustomStringConvertible {
    public var description: String { "\(code): \(message)" }
}

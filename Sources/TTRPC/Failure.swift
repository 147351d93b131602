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

/// Which sides of a call send more than one message.
public enum StreamingKind: Sendable, Hashable {
    /// One request message, one response message.
    case unary
    /// Any number of request messages, then one response message.
    case clientStreaming
    /// One request message, then any number of response messages.
    case serverStreaming
}

/// What the transport must know about a method before it lets a call in.
public struct MethodDescriptor: Sendable, Hashable {
    /// Full service name, for example `reviewpack.v1.ReviewPackService`.
    public var service: String
    /// Method name without the service.
    public var method: String
    public var kind: StreamingKind
    /// Most bytes that one request message may have; more is RESOURCE_EXHAUSTED for its stream alone.
    public var requestLimit: Int
    /// How long a call may take when its caller names no timeout; `nil` = as long as `maximumDeadline`.
    public var defaultDeadline: Duration?
    /// The longest timeout that a caller can get, whatever it asks for; `nil` = no bound.
    public var maximumDeadline: Duration?

    public init(
        service: String, method: String, kind: StreamingKind, requestLimit: Int,
        defaultDeadline: Duration? = nil, maximumDeadline: Duration? = nil
    ) {
        self.service = service
        self.method = method
        self.kind = kind
        self.requestLimit = requestLimit
        self.defaultDeadline = defaultDeadline
        self.maximumDeadline = maximumDeadline
    }
}

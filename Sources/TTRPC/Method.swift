/// Which sides of a call send more than one message.
public enum StreamingKind: String, Sendable, Hashable {
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

/// How a request leaves its stream.
public enum RequestMode: Sendable, Hashable, CaseIterable {
    /// No flags: one request, one response.
    case unary
    /// `remote closed`: the request is all that the client sends, the server may send many messages.
    case remoteClosed
    /// `remote open`: messages of the client follow.
    case remoteOpen

    /// The mode that flags stand for; `nil` when they contradict each other. Unknown flags are ignored.
    public init?(flags: FrameFlags) {
        switch (flags.contains(.remoteClosed), flags.contains(.remoteOpen)) {
        case (false, false): self = .unary
        case (true, false): self = .remoteClosed
        case (false, true): self = .remoteOpen
        case (true, true): return nil
        }
    }

    /// The request's flags.
    public var flags: FrameFlags {
        switch self {
        case .unary: []
        case .remoteClosed: .remoteClosed
        case .remoteOpen: .remoteOpen
        }
    }
}

extension StreamingKind {
    /// How our client opens a call of this kind.
    public var requestMode: RequestMode {
        switch self {
        case .unary: .unary
        case .clientStreaming: .remoteOpen
        case .serverStreaming: .remoteClosed
        }
    }

    /// Why a method of this kind cannot be called in this mode; `nil` when it can.
    ///
    /// A client-streaming method may be called in any mode: a closed one has sent its only message in the request. A
    /// unary method may be called with `remote closed`, which says nothing else.
    public func violation(calledAs mode: RequestMode) -> ProtocolViolation? {
        switch (self, mode) {
        case (.unary, .remoteOpen): .unaryMethodLeftOpen
        case (.serverStreaming, .unary): .streamingMethodCalledAsUnary
        case (.unary, _), (.clientStreaming, _), (.serverStreaming, _): nil
        }
    }
}

extension MethodDescriptor {
    /// The longest timeout of a method that names no maximum: 30 days, far from any overflow of a clock.
    public static let longestTimeout: Duration = .seconds(30 * 24 * 3600)

    /// How long a call may take, from the envelope's `timeout_nano`.
    ///
    /// 0 means that the caller asked for nothing: then the method's default counts, without one its maximum. Longer
    /// wishes than the maximum get the maximum. `nil` = no deadline.
    ///
    /// - Throws: `negativeTimeout` alone.
    public func timeout(requestedNanoseconds: Int64) throws(EnvelopeError) -> Duration? {
        if requestedNanoseconds < 0 { throw .negativeTimeout(nanoseconds: requestedNanoseconds) }
        let maximum = min(maximumDeadline ?? Self.longestTimeout, Self.longestTimeout)
        if requestedNanoseconds > 0 { return min(.nanoseconds(requestedNanoseconds), maximum) }
        guard let wanted = defaultDeadline ?? maximumDeadline else { return nil }
        return min(wanted, maximum)
    }
}

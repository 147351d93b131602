/// A frame that the protocol does not allow where it came.
///
/// It costs its stream, never the connection: the peer gets INVALID_ARGUMENT on that stream.
public enum ProtocolViolation: Error, Sendable, Hashable, CaseIterable {
    /// Streams of even ids are the server's, which opens none.
    case evenStreamID
    /// A request on an id that is not above every id before it.
    case reusedStreamID
    /// A request that is both `remote closed` and `remote open`.
    case contradictoryRequestFlags
    /// Data on a stream that was never opened or has ended.
    case inactiveStream
    /// Data on a unary stream.
    case dataOnUnaryStream
    /// Data after the sender's own `remote closed`.
    case dataAfterClose
    /// A payload in a frame that says `no data`.
    case payloadWithNoDataFlag
    /// A response from a client.
    case responseFromClient
    /// A request from a server.
    case requestFromServer
    /// The connection's input ended before the stream's last message.
    case inputEndedEarly
    /// A unary method called with `remote open`.
    case unaryMethodLeftOpen
    /// A streaming method called as a unary one.
    case streamingMethodCalledAsUnary
    /// Data for a method that takes no messages after its request.
    case messagesNotTaken

    /// One sentence for a person.
    public var message: String {
        switch self {
        case .evenStreamID: "the stream id must be odd: a client opens the stream"
        case .reusedStreamID: "the stream id was used before or is too low: each must be above the one before"
        case .contradictoryRequestFlags: "a request cannot be both remote closed (1) and remote open (2)"
        case .inactiveStream: "the stream is not active: it was never opened, or it has ended"
        case .dataOnUnaryStream: "data on a unary stream: open it with remote open (2) to send messages"
        case .dataAfterClose: "data after remote closed (1) on the same stream"
        case .payloadWithNoDataFlag: "a frame with the no data flag (4) has a payload"
        case .responseFromClient: "a response frame from a client"
        case .requestFromServer: "a request frame from a server"
        case .inputEndedEarly: "the connection's input ended before the stream's last message"
        case .unaryMethodLeftOpen: "the method is unary: its request cannot be remote open (2)"
        case .streamingMethodCalledAsUnary: "the method streams its answer: call it with remote closed (1)"
        case .messagesNotTaken: "the method takes no messages after its request"
        }
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

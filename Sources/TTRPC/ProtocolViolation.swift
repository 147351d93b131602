/// A frame that the protocol does not allow where it came.
///
/// It costs its stream, never the connection: the peer gets INVALID_ARGUMENT on that stream.
public enum ProtocolViolation: Sendable, Hashable, CaseIterable {
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

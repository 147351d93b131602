// The client's side of one connection. A stream is there from `open` until its end comes in (a response, or data
// with `remote closed`), it fails, or it is abandoned; what still arrives for it after that is ignored.
//
// Transitions, and what performs each:
//
//     none -> open                  `open`
//     open (sending) -> open        `send` of the last message or of the end
//     open -> over                  `receive` of a response, of data with `remote closed` or of what is not allowed
//                                   (`fail`), `receiveOversized`, `abandon`
//
// Invariants; `checkInvariants` asserts what of them a step can break for the stream that it is about:
// 1. Stream ids are 1, 3, 5, ... and never used again; when they are used up, `open` fails.
// 2. Each stream has exactly one last action: `response`, `endOfMessages` or `fail`; none after `abandon`.
// 3. What a server sends makes nothing grow: streams come from `open` alone.
// 4. Only a broken header closes the connection.

/// The streams of one connection on the client: frames in, actions out; no I/O.
public struct ClientConnectionState: ~Copyable, Sendable {
    /// Why a stream failed on this side.
    public enum Failure: Sendable, Hashable {
        case violation(ProtocolViolation)
        /// The server sent a frame of `bytes` bytes, over the limit.
        case oversized(bytes: Int)
    }

    public enum Action: Sendable, Hashable {
        /// Hand one message, possibly empty, to the call.
        case message(StreamID, [UInt8])
        /// The server has sent its last message.
        case endOfMessages(StreamID)
        /// The server has ended the stream with this envelope.
        case response(StreamID, [UInt8])
        /// End the call with an error of this side.
        case fail(StreamID, Failure)
        /// Nothing: the frame is for no stream of ours, or of a type of a later version.
        case ignore(FrameHeader)
        /// Close the connection: the peer does not speak ttrpc.
        case closeConnection
    }

    /// What a client can send after its request.
    public enum Output: Sendable, Hashable, CaseIterable {
        /// A message that others follow.
        case message
        /// The last message.
        case lastMessage
        /// The end of the messages, without one more.
        case endOfMessages
    }

    private struct Stream: Sendable {
        var mode: RequestMode
        var isSending: Bool
    }

    private var streams: [StreamID: Stream] = [:]
    private var nextID: UInt32?

    /// - Parameter firstID: the first stream's id; other than 1 only in tests of the last ids. Must be odd.
    public init(firstID: UInt32 = 1) {
        nextID = firstID | 1
    }

    /// Streams that wait for something from the server.
    public var openStreams: Int { streams.count }

    /// Opens a stream for a request of this many bytes; `nil` when all odd 32-bit ids are used up: a new connection is
    /// needed.
    public mutating func open(_ mode: RequestMode, bytes: Int) -> FrameHeader? {
        guard let raw = nextID else { return nil }
        let (next, overflow) = raw.addingReportingOverflow(2)
        nextID = overflow ? nil : next
        let id = StreamID(raw)
        assert(streams[id] == nil, "1: no id is used again")
        streams[id] = Stream(mode: mode, isSending: mode == .remoteOpen)
        checkInvariants(id)
        return FrameHeader(length: UInt32(clamping: bytes), streamID: id, type: .request, flags: mode.flags)
    }

    /// The header for one more thing to send on an open stream.
    ///
    /// - Returns: `nil` when the stream was never opened or has ended, when its request did not leave it open, and
    ///   after its end was sent.
    public mutating func send(_ output: Output, bytes: Int, on id: StreamID) -> FrameHeader? {
        guard streams[id]?.isSending == true else { return nil }
        let length = UInt32(clamping: bytes)
        if output == .message { return FrameHeader(length: length, streamID: id, type: .data) }
        streams[id]?.isSending = false
        return output == .lastMessage
            ? FrameHeader(length: length, streamID: id, type: .data, flags: .remoteClosed)
            : FrameHeader(length: 0, streamID: id, type: .data, flags: [.remoteClosed, .noData])
    }

    /// Forgets a stream whose answer nobody wants any more; the protocol has no message that would tell the server.
    public mutating func abandon(_ id: StreamID) { streams[id] = nil }

    /// Takes one whole frame.
    public mutating func receive(_ frame: Frame) -> [Action] {
        let (header, id) = (frame.header, frame.header.streamID)
        let open = streams.count
        defer {
            checkInvariants(id)
            assert(streams.count == open || streams.count == open - 1, "3: nothing that a server sends opens a stream")
        }
        guard let stream = streams[id] else { return [.ignore(header)] }
        switch header.type {
        case .response:
            streams[id] = nil
            return [.response(id, frame.payload)]
        case .data: return receiveData(header, frame.payload, stream.mode)
        case .request: return [fail(id, .violation(.requestFromServer))]
        default: return [.ignore(header)]
        }
    }

    /// Takes a frame over the limit, whose payload was not kept.
    public mutating func receiveOversized(_ header: FrameHeader) -> Action {
        guard streams[header.streamID] != nil else { return .ignore(header) }
        return fail(header.streamID, .oversized(bytes: Int(header.length)))
    }

    /// Takes a header that uses the reserved byte.
    public mutating func receiveBroken(_ header: FrameHeader) -> Action { .closeConnection }

    private mutating func receiveData(_ header: FrameHeader, _ payload: [UInt8], _ mode: RequestMode) -> [Action] {
        let id = header.streamID
        if mode == .unary { return [fail(id, .violation(.dataOnUnaryStream))] }
        if header.flags.contains(.noData), !payload.isEmpty {
            return [fail(id, .violation(.payloadWithNoDataFlag))]
        }
        var actions: [Action] = []
        if !header.flags.contains(.noData) { actions.append(.message(id, payload)) }
        if header.flags.contains(.remoteClosed) {
            streams[id] = nil
            actions.append(.endOfMessages(id))
        }
        return actions.isEmpty ? [.ignore(header)] : actions
    }

    private mutating func fail(_ id: StreamID, _ failure: Failure) -> Action {
        streams[id] = nil
        return .fail(id, failure)
    }

    /// Asserts the invariants of the file's head, as far as a step on this stream can break them.
    private func checkInvariants(_ id: StreamID) {
        assert(streams[id] == nil || id.isClientInitiated, "1: streams are the client's")
        assert(streams[id] == nil || nextID.map { id.rawValue < $0 } ?? true, "1: an open stream's id is spent")
        assert(streams[id].map { !$0.isSending || $0.mode == .remoteOpen } ?? true, "only an open request sends on")
    }
}

// The server's side of one connection. Streams, as their client sees them:
//
//     request []  ---------------> unary ------------- response --------------------> over
//     request [remote closed] ---> remoteClosed ------ data*, then data [remote closed] or response --> over
//     request [remote open] -----> remoteOpen --- data [remote closed] from the client --> remoteClosed
//                                      |
//                                      +-- our response or last data --> abandoned, until its client closes
//
// Transitions, and what performs each:
//
//     none -> unary, remoteClosed, remoteOpen     `receive` of a request (`receiveRequest`)
//     remoteOpen -> remoteClosed                  `receive` of data with `remote closed` (`receiveData`)
//     remoteOpen -> abandoned                     `send` of the last thing, or `refuse`, while its client sends (`end`)
//     none -> abandoned                           a refused request with `remote open` (`refuseRequest`)
//     unary, remoteClosed, remoteOpen -> over     `send` of the last thing, `refuse`, `receiveEndOfInput`
//     abandoned -> over                           data with `remote closed` (`ignoreAbandoned`), or too many of them
//
// Invariants; `checkInvariants` asserts what of them a step can break for the stream that it is about:
// 1. Every request is answered exactly once: by `open`, whose owner then sends, or by `refuse`.
// 2. `refuse` ends its stream; a call on it is cancelled by whoever carries the action out.
// 3. Stream ids rise; an id is spent even when its request was refused.
// 4. `streams` has at most `maxStreams` entries, `abandoned` too: what a peer sends makes nothing grow without bound.
// 5. Only a broken header closes the connection.

/// The streams of one connection on the server: frames in, actions out; no I/O.
public struct ServerConnectionState: ~Copyable, Sendable {
    /// Why a stream gets an error instead of a call.
    public enum Refusal: Sendable, Hashable {
        case violation(ProtocolViolation)
        /// The frame has `bytes` bytes, over the limit.
        case oversized(bytes: Int)
        /// The receiver of frames had no room for `bytes` more bytes.
        case noRoom(bytes: Int)
        /// `limit` streams are open already.
        case tooManyStreams(limit: Int)
        /// The connection takes no new streams.
        case draining
    }

    /// What the owner of the connection has to do, in order.
    public enum Action: Sendable, Hashable {
        /// Start a call; the payload is its envelope.
        case open(StreamID, RequestMode, payload: [UInt8])
        /// Hand one message, possibly empty, to the call.
        case message(StreamID, [UInt8])
        /// Tell the call that its client sends no more.
        case endOfMessages(StreamID)
        /// Answer the stream with an error; if `endsCall`, a call runs on it and must be cancelled.
        case refuse(StreamID, Refusal, endsCall: Bool)
        /// Nothing: the frame is one that a peer may send and this version does not need.
        case ignore(FrameHeader)
        /// Close the connection after what was sent before.
        case closeConnection
    }

    /// What a server can send on a stream.
    public enum Output: Sendable, Hashable, CaseIterable {
        /// A message that others follow.
        case message
        /// The last message.
        case lastMessage
        /// The end of the messages, without one more.
        case endOfMessages
        /// A result or a status, which ends the stream.
        case response
    }

    private enum Phase: Sendable {
        case unary
        case remoteOpen
        case remoteClosed
    }

    /// Streams that may be open at a time.
    public let maxStreams: Int

    private var streams: [StreamID: Phase] = [:]
    /// Streams that we ended while their client was still sending, oldest first: what is under way is not a mistake.
    private var abandoned: [StreamID] = []
    private var lastID = StreamID(0)
    private var draining = false
    private var inputEnded = false

    public init(maxStreams: Int) {
        self.maxStreams = max(0, maxStreams)
    }

    /// Streams that are open.
    public var openStreams: Int { streams.count }

    /// Whether nothing more can happen here: no stream is open, and none will be.
    public var isFinished: Bool { streams.isEmpty && (draining || inputEnded) }

    /// Takes one whole frame.
    public mutating func receive(_ frame: Frame) -> [Action] {
        let header = frame.header
        defer { checkInvariants(header.streamID) }
        guard header.streamID.isClientInitiated else { return [refuse(header.streamID, .evenStreamID)] }
        switch header.type {
        case .request: return [receiveRequest(header, frame.payload)]
        case .data: return receiveData(header, frame.payload)
        case .response: return [refuse(header.streamID, .responseFromClient)]
        default: return [.ignore(header)]
        }
    }

    /// Takes a frame whose payload was not kept: over the limit, or over what its receiver has room for.
    ///
    /// Where the frame itself was a mistake already, that is what its stream hears.
    public mutating func receiveUnread(_ header: FrameHeader, _ refusal: Refusal) -> Action {
        let id = header.streamID
        defer { checkInvariants(id) }
        guard id.isClientInitiated else { return refuse(id, .evenStreamID) }
        switch header.type {
        case .request:
            guard id > lastID else { return refuse(id, .reusedStreamID) }
            return refuseRequest(header, refusal)
        case .data:
            if let violation = dataViolation(header, hasPayload: header.length > 0) { return refuse(id, violation) }
            guard streams[id] != nil else { return ignoreAbandoned(header) }
            return refuse(id, refusal, stillSending: !header.flags.contains(.remoteClosed))
        case .response: return refuse(id, .responseFromClient)
        default: return .ignore(header)
        }
    }

    /// Takes a header that uses the reserved byte: its stream hears why, and the connection closes.
    public mutating func receiveBroken(_ header: FrameHeader) -> [Action] {
        guard header.streamID.isClientInitiated else { return [.closeConnection] }
        return [refuse(header.streamID, .oversized(bytes: Int(header.length)), stillSending: false), .closeConnection]
    }

    /// The client has closed its side of the connection: unfinished uploads are refused, the others run on.
    public mutating func receiveEndOfInput() -> [Action] {
        inputEnded = true
        let open = streams.filter { $0.value == .remoteOpen }.keys.sorted()
        return open.map { refuse($0, .violation(.inputEndedEarly), stillSending: false) }
    }

    /// From now on every new request is refused.
    public mutating func drain() { draining = true }

    /// Whether the stream is open, so that what its call sends still matters.
    public func isOpen(_ id: StreamID) -> Bool { streams[id] != nil }

    /// The header for something that a call sends; ends the stream when it is the last.
    ///
    /// - Returns: `nil` when it cannot be sent: the stream was never opened or has ended, or it is a unary one, which
    ///   takes a response and nothing else.
    public mutating func send(_ output: Output, bytes: Int, on id: StreamID) -> FrameHeader? {
        guard let phase = streams[id], phase != .unary || output == .response else { return nil }
        if output != .message { end(id, stillSending: phase == .remoteOpen) }
        checkInvariants(id)
        let length = UInt32(clamping: bytes)
        return switch output {
        case .message: FrameHeader(length: length, streamID: id, type: .data)
        case .lastMessage: FrameHeader(length: length, streamID: id, type: .data, flags: .remoteClosed)
        case .endOfMessages: FrameHeader(length: 0, streamID: id, type: .data, flags: [.remoteClosed, .noData])
        case .response: FrameHeader(length: length, streamID: id, type: .response)
        }
    }

    // MARK: - Requests

    private mutating func receiveRequest(_ header: FrameHeader, _ payload: [UInt8]) -> Action {
        let id = header.streamID
        guard id > lastID else { return refuse(id, .reusedStreamID) }
        guard let mode = RequestMode(flags: header.flags) else {
            return refuseRequest(header, .violation(.contradictoryRequestFlags))
        }
        if draining { return refuseRequest(header, .draining) }
        if streams.count >= maxStreams { return refuseRequest(header, .tooManyStreams(limit: maxStreams)) }
        lastID = id
        streams[id] =
            switch mode {
            case .unary: .unary
            case .remoteClosed: .remoteClosed
            case .remoteOpen: .remoteOpen
            }
        return .open(id, mode, payload: payload)
    }

    /// Refuses a request of a fresh id, and lets the data that may follow it pass unheard.
    private mutating func refuseRequest(_ header: FrameHeader, _ refusal: Refusal) -> Action {
        lastID = header.streamID
        if header.flags.contains(.remoteOpen) { abandon(header.streamID) }
        return .refuse(header.streamID, refusal, endsCall: false)
    }

    // MARK: - Data

    private mutating func receiveData(_ header: FrameHeader, _ payload: [UInt8]) -> [Action] {
        let id = header.streamID
        if let violation = dataViolation(header, hasPayload: !payload.isEmpty) { return [refuse(id, violation)] }
        guard streams[id] != nil else { return [ignoreAbandoned(header)] }
        var actions: [Action] = []
        if !header.flags.contains(.noData) { actions.append(.message(id, payload)) }
        if header.flags.contains(.remoteClosed) {
            streams[id] = .remoteClosed
            actions.append(.endOfMessages(id))
        }
        return actions.isEmpty ? [.ignore(header)] : actions
    }

    private func dataViolation(_ header: FrameHeader, hasPayload: Bool) -> ProtocolViolation? {
        switch streams[header.streamID] {
        case .unary: .dataOnUnaryStream
        case .remoteClosed: .dataAfterClose
        case .remoteOpen: header.flags.contains(.noData) && hasPayload ? .payloadWithNoDataFlag : nil
        case nil: abandoned.contains(header.streamID) ? nil : .inactiveStream
        }
    }

    private mutating func ignoreAbandoned(_ header: FrameHeader) -> Action {
        if header.flags.contains(.remoteClosed) { abandoned.removeAll { $0 == header.streamID } }
        return .ignore(header)
    }

    // MARK: - Ends

    private mutating func refuse(_ id: StreamID, _ violation: ProtocolViolation) -> Action {
        refuse(id, .violation(violation), stillSending: streams[id] == .remoteOpen)
    }

    private mutating func refuse(_ id: StreamID, _ refusal: Refusal, stillSending: Bool) -> Action {
        let endsCall = streams[id] != nil
        if endsCall { end(id, stillSending: stillSending) }
        return .refuse(id, refusal, endsCall: endsCall)
    }

    private mutating func end(_ id: StreamID, stillSending: Bool) {
        streams[id] = nil
        if stillSending { abandon(id) }
    }

    private mutating func abandon(_ id: StreamID) {
        if abandoned.count >= max(1, maxStreams) { abandoned.removeFirst() }
        abandoned.append(id)
    }

    /// Asserts the invariants of the file's head, as far as a step on this stream can break them.
    private func checkInvariants(_ id: StreamID) {
        assert(streams.count <= maxStreams && abandoned.count <= max(1, maxStreams), "4: both lists have a bound")
        assert(streams[id] == nil || id <= lastID && id.isClientInitiated, "3: an open stream's id is spent")
        assert(streams[id] == nil || !abandoned.contains(id), "an open stream is not abandoned")
    }
}

import TTRPC
import TestTags
import Testing

private let id = StreamID(5)

/// Every kind of frame that a client can send on one stream.
enum ClientInput: Int, CaseIterable, Sendable {
    case request, requestClosed, requestOpen, requestContradictory
    case data, emptyData, lastData, emptyLastData, noData, end, noDataWithPayload
    case response, unknownType

    func frame(on id: StreamID) -> Frame {
        func make(_ type: MessageType, _ flags: FrameFlags, _ payload: [UInt8]) -> Frame {
            Frame(streamID: id, type: type, flags: flags, payload: payload)
        }
        return switch self {
        case .request: make(.request, [], [7])
        case .requestClosed: make(.request, .remoteClosed, [7])
        case .requestOpen: make(.request, .remoteOpen, [7])
        case .requestContradictory: make(.request, [.remoteClosed, .remoteOpen], [7])
        case .data: make(.data, [], [7])
        case .emptyData: make(.data, [], [])
        case .lastData: make(.data, .remoteClosed, [7])
        case .emptyLastData: make(.data, .remoteClosed, [])
        case .noData: make(.data, .noData, [])
        case .end: make(.data, [.remoteClosed, .noData], [])
        case .noDataWithPayload: make(.data, .noData, [7])
        case .response: make(.response, [], [7])
        case .unknownType: make(MessageType(rawValue: 9), [], [7])
        }
    }
}

/// Every state that stream 5 can be in on a server that allows two streams.
enum ServerStream: CaseIterable, Sendable {
    case new, unary, open, closed, over, abandoned, newWhileDraining, newWhileFull

    func makeState() -> ServerConnectionState {
        var state = ServerConnectionState(maxStreams: 2)
        switch self {
        case .new: break
        case .unary: _ = state.receive(ClientInput.request.frame(on: id))
        case .open: _ = state.receive(ClientInput.requestOpen.frame(on: id))
        case .closed: _ = state.receive(ClientInput.requestClosed.frame(on: id))
        case .over:
            _ = state.receive(ClientInput.request.frame(on: id))
            _ = state.send(.response, bytes: 0, on: id)
        case .abandoned:
            _ = state.receive(ClientInput.requestOpen.frame(on: id))
            _ = state.send(.response, bytes: 0, on: id)
        case .newWhileDraining: state.drain()
        case .newWhileFull:
            _ = state.receive(ClientInput.request.frame(on: StreamID(1)))
            _ = state.receive(ClientInput.request.frame(on: StreamID(3)))
        }
        return state
    }
}

/// What the table says of one state and one input.
private enum Expected {
    case open(RequestMode)
    case message, emptyMessage, messageThenEnd, emptyMessageThenEnd, end, ignored
    case refused(ServerConnectionState.Refusal)
    case cancelled(ServerConnectionState.Refusal)

    static func refused(_ violation: ProtocolViolation) -> Expected { .refused(.violation(violation)) }
    static func cancelled(_ violation: ProtocolViolation) -> Expected { .cancelled(.violation(violation)) }

    func actions(for frame: Frame) -> [ServerConnectionState.Action] {
        switch self {
        case .open(let mode): [.open(id, mode, payload: frame.payload)]
        case .message: [.message(id, [7])]
        case .emptyMessage: [.message(id, [])]
        case .messageThenEnd: [.message(id, [7]), .endOfMessages(id)]
        case .emptyMessageThenEnd: [.message(id, []), .endOfMessages(id)]
        case .end: [.endOfMessages(id)]
        case .ignored: [.ignore(frame.header)]
        case .refused(let refusal): [.refuse(id, refusal, endsCall: false)]
        case .cancelled(let refusal): [.refuse(id, refusal, endsCall: true)]
        }
    }
}

/// One row a state, one column an input, in the order of `ClientInput`.
private func expected(_ stream: ServerStream, _ input: ClientInput) -> Expected {
    let row: [Expected]
    switch stream {
    case .new:
        row =
            [.open(.unary), .open(.remoteClosed), .open(.remoteOpen), .refused(.contradictoryRequestFlags)]
            + Array(repeating: .refused(.inactiveStream), count: 7) + [.refused(.responseFromClient), .ignored]
    case .unary:
        row =
            Array(repeating: .cancelled(.reusedStreamID), count: 4)
            + Array(repeating: .cancelled(.dataOnUnaryStream), count: 7)
            + [.cancelled(.responseFromClient), .ignored]
    case .open:
        row =
            Array(repeating: .cancelled(.reusedStreamID), count: 4)
            + [
                .message, .emptyMessage, .messageThenEnd, .emptyMessageThenEnd, .ignored, .end,
                .cancelled(.payloadWithNoDataFlag),
            ] + [.cancelled(.responseFromClient), .ignored]
    case .closed:
        row =
            Array(repeating: .cancelled(.reusedStreamID), count: 4)
            + Array(repeating: .cancelled(.dataAfterClose), count: 7) + [.cancelled(.responseFromClient), .ignored]
    case .over:
        row =
            Array(repeating: .refused(.reusedStreamID), count: 4)
            + Array(repeating: .refused(.inactiveStream), count: 7) + [.refused(.responseFromClient), .ignored]
    case .abandoned:
        row =
            Array(repeating: .refused(.reusedStreamID), count: 4) + Array(repeating: .ignored, count: 7)
            + [.refused(.responseFromClient), .ignored]
    case .newWhileDraining:
        row =
            Array(repeating: .refused(.draining), count: 3) + [.refused(.contradictoryRequestFlags)]
            + Array(repeating: .refused(.inactiveStream), count: 7) + [.refused(.responseFromClient), .ignored]
    case .newWhileFull:
        row =
            Array(repeating: .refused(.tooManyStreams(limit: 2)), count: 3) + [.refused(.contradictoryRequestFlags)]
            + Array(repeating: .refused(.inactiveStream), count: 7) + [.refused(.responseFromClient), .ignored]
    }
    return row[input.rawValue]
}

@Suite(.tags(.wire)) struct ServerConnectionStateTests {
    @Test("every stream state answers every input", arguments: ServerStream.allCases, ClientInput.allCases)
    func table(stream: ServerStream, input: ClientInput) {
        var state = stream.makeState()
        let before = state.openStreams
        let frame = input.frame(on: id)
        let expected = expected(stream, input)
        #expect(state.receive(frame) == expected.actions(for: frame))
        let change =
            switch expected {
            case .open: 1
            case .cancelled: -1
            default: 0
            }
        #expect(state.openStreams == before + change)
    }

    @Test(
        "an even stream id is refused whatever comes on it, and costs no other stream", arguments: ClientInput.allCases)
    func evenIDs(input: ClientInput) {
        var state = ServerStream.open.makeState()
        for even in [StreamID(0), StreamID(6), StreamID(.max - 1)] {
            #expect(
                state.receive(input.frame(on: even))
                    == [.refuse(even, .violation(.evenStreamID), endsCall: false)])
        }
        #expect(state.isOpen(id) == true)
        #expect(state.receive(ClientInput.data.frame(on: id)) == [.message(id, [7])])
    }

    @Test("stream ids must rise; a refused request has spent its id")
    func risingIDs() {
        var state = ServerConnectionState(maxStreams: 8)
        #expect(state.receive(ClientInput.request.frame(on: StreamID(7))).count == 1)
        for low in [StreamID(7), StreamID(5), StreamID(1)] {
            let refused = state.receive(ClientInput.request.frame(on: low)).first
            #expect(refused == .refuse(low, .violation(.reusedStreamID), endsCall: low == StreamID(7)))
        }
        #expect(
            state.receive(ClientInput.requestContradictory.frame(on: StreamID(9)))
                == [.refuse(StreamID(9), .violation(.contradictoryRequestFlags), endsCall: false)])
        #expect(
            state.receive(ClientInput.request.frame(on: StreamID(9)))
                == [.refuse(StreamID(9), .violation(.reusedStreamID), endsCall: false)])
        #expect(
            state.receive(ClientInput.request.frame(on: StreamID(.max)))
                == [.open(StreamID(.max), .unary, payload: [7])])
    }

    @Test("an unread frame costs its own stream alone", arguments: [false, true])
    func unread(isRequest: Bool) {
        var state = ServerStream.open.makeState()
        let bytes = FrameHeader.maximumPayload + 1
        let target = isRequest ? StreamID(7) : id
        let header = FrameHeader(length: UInt32(bytes), streamID: target, type: isRequest ? .request : .data)
        #expect(
            state.receiveUnread(header, .oversized(bytes: bytes))
                == .refuse(target, .oversized(bytes: bytes), endsCall: !isRequest))
        #expect(state.isOpen(id) == isRequest)
        #expect(
            state.receive(ClientInput.request.frame(on: StreamID(9)))
                == [.open(StreamID(9), .unary, payload: [7])])
    }

    @Test("an unread frame that is a mistake anyway is refused for the mistake")
    func unreadMistakes() {
        var state = ServerStream.unary.makeState()
        func unread(_ type: MessageType, _ id: StreamID, _ flags: FrameFlags = []) -> ServerConnectionState.Action {
            state.receiveUnread(
                FrameHeader(length: 9, streamID: id, type: type, flags: flags), .noRoom(bytes: 9))
        }
        #expect(
            unread(.request, StreamID(4)) == .refuse(StreamID(4), .violation(.evenStreamID), endsCall: false))
        #expect(
            unread(.request, StreamID(3)) == .refuse(StreamID(3), .violation(.reusedStreamID), endsCall: false))
        #expect(unread(.data, id) == .refuse(id, .violation(.dataOnUnaryStream), endsCall: true))
        #expect(
            unread(.response, StreamID(7))
                == .refuse(StreamID(7), .violation(.responseFromClient), endsCall: false))
        let later = FrameHeader(length: 9, streamID: StreamID(7), type: MessageType(rawValue: 4))
        #expect(state.receiveUnread(later, .noRoom(bytes: 9)) == .ignore(later))
    }

    @Test("after a refused upload its data passes unheard until it is closed, then it is a mistake")
    func abandonedUpload() {
        var state = ServerConnectionState(maxStreams: 2)
        let request = FrameHeader(length: 9, streamID: id, type: .request, flags: .remoteOpen)
        #expect(state.receiveUnread(request, .noRoom(bytes: 9)) == .refuse(id, .noRoom(bytes: 9), endsCall: false))
        let data = ClientInput.data.frame(on: id)
        #expect(state.receive(data) == [.ignore(data.header)])
        let big = FrameHeader(length: 99, streamID: id, type: .data)
        #expect(state.receiveUnread(big, .oversized(bytes: 99)) == .ignore(big))
        let end = ClientInput.end.frame(on: id)
        #expect(state.receive(end) == [.ignore(end.header)])
        #expect(state.receive(data) == [.refuse(id, .violation(.inactiveStream), endsCall: false)])
    }

    @Test("a client that never closes its refused uploads is forgotten, oldest first")
    func abandonedIsBounded() {
        var state = ServerConnectionState(maxStreams: 2)
        for raw in [1, 3, 5] as [UInt32] {
            _ = state.receive(ClientInput.requestOpen.frame(on: StreamID(raw)))
            _ = state.send(.response, bytes: 0, on: StreamID(raw))
        }
        let oldest = ClientInput.data.frame(on: StreamID(1))
        #expect(state.receive(oldest) == [.refuse(StreamID(1), .violation(.inactiveStream), endsCall: false)])
        let newest = ClientInput.data.frame(on: StreamID(5))
        #expect(state.receive(newest) == [.ignore(newest.header)])
    }

    @Test("a broken header tells its stream why and closes the connection")
    func broken() {
        var state = ServerStream.open.makeState()
        let header = FrameHeader(length: 1 << 24, streamID: id, type: .data)
        #expect(
            state.receiveBroken(header)
                == [.refuse(id, .oversized(bytes: 1 << 24), endsCall: true), .closeConnection])
        let garbage = FrameHeader(length: .max, streamID: StreamID(0), type: .data)
        #expect(state.receiveBroken(garbage) == [.closeConnection])
    }

    @Test("when input ends, unfinished uploads are refused and the other calls run on")
    func endOfInput() {
        var state = ServerConnectionState(maxStreams: 8)
        _ = state.receive(ClientInput.request.frame(on: StreamID(1)))
        _ = state.receive(ClientInput.requestOpen.frame(on: StreamID(3)))
        _ = state.receive(ClientInput.requestOpen.frame(on: StreamID(5)))
        _ = state.receive(ClientInput.end.frame(on: StreamID(5)))
        #expect(
            state.receiveEndOfInput() == [.refuse(StreamID(3), .violation(.inputEndedEarly), endsCall: true)])
        #expect(state.isFinished == false)
        for raw in [1, 5] as [UInt32] {
            #expect(state.send(.response, bytes: 2, on: StreamID(raw)) != nil)
        }
        #expect(state.isFinished == true)
    }

    @Test("a drained connection is finished once its last stream is")
    func drained() {
        var state = ServerStream.unary.makeState()
        state.drain()
        #expect(state.isFinished == false)
        _ = state.send(.response, bytes: 0, on: id)
        #expect(state.isFinished == true)
    }

    /// What each output becomes in each state; `nil` flags mean that it cannot be sent.
    static let outputs: [(ServerStream, ServerConnectionState.Output, MessageType, FrameFlags?)] = [
        (.unary, .message, .data, nil), (.unary, .lastMessage, .data, nil), (.unary, .endOfMessages, .data, nil),
        (.unary, .response, .response, []),
        (.open, .message, .data, []), (.open, .lastMessage, .data, .remoteClosed),
        (.open, .endOfMessages, .data, [.remoteClosed, .noData]), (.open, .response, .response, []),
        (.closed, .message, .data, []), (.closed, .lastMessage, .data, .remoteClosed),
        (.closed, .endOfMessages, .data, [.remoteClosed, .noData]), (.closed, .response, .response, []),
        (.new, .message, .data, nil), (.new, .response, .response, nil),
        (.over, .message, .data, nil), (.over, .response, .response, nil),
        (.abandoned, .lastMessage, .data, nil), (.abandoned, .endOfMessages, .data, nil),
    ]

    @Test("what a call sends gets the type and flags of its place in the stream", arguments: outputs)
    func sending(
        stream: ServerStream, output: ServerConnectionState.Output, type: MessageType, flags: FrameFlags?
    ) throws {
        var state = stream.makeState()
        guard let flags else {
            #expect(state.send(output, bytes: 3, on: id) == nil)
            return
        }
        let sent = state.send(output, bytes: 3, on: id)
        let header = try #require(sent)
        let length: UInt32 = output == .endOfMessages ? 0 : 3
        #expect(header == FrameHeader(length: length, streamID: id, type: type, flags: flags))
        let isOpen = state.isOpen(id)
        #expect(isOpen == (output == .message))
    }
}

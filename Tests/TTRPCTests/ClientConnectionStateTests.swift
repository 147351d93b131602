import TTRPC
import TestTags
import Testing

private let id = StreamID(1)

/// Every kind of frame that a server can send on one stream.
enum ServerInput: Int, CaseIterable, Sendable {
    case response, data, emptyData, lastData, emptyLastData, noData, end, noDataWithPayload, request, unknownType

    func frame(on id: StreamID) -> Frame {
        func make(_ type: MessageType, _ flags: FrameFlags, _ payload: [UInt8]) -> Frame {
            Frame(streamID: id, type: type, flags: flags, payload: payload)
        }
        return switch self {
        case .response: make(.response, [], [7])
        case .data: make(.data, [], [7])
        case .emptyData: make(.data, [], [])
        case .lastData: make(.data, .remoteClosed, [7])
        case .emptyLastData: make(.data, .remoteClosed, [])
        case .noData: make(.data, .noData, [])
        case .end: make(.data, [.remoteClosed, .noData], [])
        case .noDataWithPayload: make(.data, .noData, [7])
        case .request: make(.request, [], [7])
        case .unknownType: make(MessageType(rawValue: 9), [], [7])
        }
    }
}

/// Every state that a client's first stream can be in.
enum ClientStream: CaseIterable, Sendable {
    case new, unary, sending, sent, closed, over, abandoned

    func makeState() -> ClientConnectionState {
        var state = ClientConnectionState()
        switch self {
        case .new: break
        case .unary: _ = state.open(.unary, bytes: 1)
        case .sending: _ = state.open(.remoteOpen, bytes: 1)
        case .sent:
            _ = state.open(.remoteOpen, bytes: 1)
            _ = state.send(.endOfMessages, bytes: 0, on: id)
        case .closed: _ = state.open(.remoteClosed, bytes: 1)
        case .over:
            _ = state.open(.unary, bytes: 1)
            _ = state.receive(ServerInput.response.frame(on: id))
        case .abandoned:
            _ = state.open(.remoteClosed, bytes: 1)
            state.abandon(id)
        }
        return state
    }
}

private func expected(_ stream: ClientStream, _ input: ServerInput) -> [ClientConnectionState.Action] {
    let ignored = ClientConnectionState.Action.ignore(input.frame(on: id).header)
    func failed(_ violation: ProtocolViolation) -> [ClientConnectionState.Action] {
        [.fail(id, .violation(violation))]
    }
    switch (stream, input) {
    case (.new, _), (.over, _), (.abandoned, _), (_, .unknownType): return [ignored]
    case (_, .response): return [.response(id, [7])]
    case (_, .request): return failed(.requestFromServer)
    case (.unary, _): return failed(.dataOnUnaryStream)
    case (_, .data): return [.message(id, [7])]
    case (_, .emptyData): return [.message(id, [])]
    case (_, .lastData): return [.message(id, [7]), .endOfMessages(id)]
    case (_, .emptyLastData): return [.message(id, []), .endOfMessages(id)]
    case (_, .noData): return [ignored]
    case (_, .end): return [.endOfMessages(id)]
    case (_, .noDataWithPayload): return failed(.payloadWithNoDataFlag)
    }
}

@Suite(.tags(.wire)) struct ClientConnectionStateTests {
    @Test("every stream state answers every input", arguments: ClientStream.allCases, ServerInput.allCases)
    func table(stream: ClientStream, input: ServerInput) {
        var state = stream.makeState()
        let before = state.openStreams
        let actions = state.receive(input.frame(on: id))
        #expect(actions == expected(stream, input))
        let isOver = actions.contains {
            switch $0 {
            case .endOfMessages, .response, .fail: true
            case .message, .ignore, .closeConnection: false
            }
        }
        #expect(state.openStreams == before - (isOver ? 1 : 0))
    }

    @Test("an oversized frame fails its stream alone", arguments: ClientStream.allCases)
    func oversized(stream: ClientStream) throws {
        var state = stream.makeState()
        let opened = state.open(.unary, bytes: 0)
        let other = try #require(opened).streamID
        let header = FrameHeader(length: 5 << 20, streamID: id, type: .data)
        let isOpen = [.unary, .sending, .sent, .closed].contains(stream)
        if stream == .new { #expect(other == id) }
        #expect(
            state.receiveOversized(header)
                == (isOpen || other == id ? .fail(id, .oversized(bytes: 5 << 20)) : .ignore(header)))
        if other != id { #expect(state.receive(ServerInput.response.frame(on: other)) == [.response(other, [7])]) }
    }

    @Test("a broken header closes the connection")
    func broken() {
        var state = ClientStream.unary.makeState()
        #expect(
            state.receiveBroken(FrameHeader(length: .max, streamID: id, type: .data)) == .closeConnection)
    }

    @Test("requests carry odd rising ids and the flags of their mode", arguments: RequestMode.allCases)
    func opening(mode: RequestMode) {
        var state = ClientConnectionState()
        for raw in [1, 3, 5] as [UInt32] {
            #expect(
                state.open(mode, bytes: 2)
                    == FrameHeader(length: 2, streamID: StreamID(raw), type: .request, flags: mode.flags))
        }
        #expect(RequestMode(flags: mode.flags) == mode)
    }

    @Test("when the last odd id is used up, no stream opens any more")
    func exhausted() {
        var state = ClientConnectionState(firstID: .max - 2)
        #expect(state.open(.unary, bytes: 0)?.streamID == StreamID(.max - 2))
        #expect(state.open(.unary, bytes: 0)?.streamID == StreamID(.max))
        #expect(state.open(.unary, bytes: 0) == nil)
    }

    @Test(
        "only a stream that its request left open takes messages, until its end was sent",
        arguments: ClientStream.allCases)
    func sending(stream: ClientStream) {
        for output in ClientConnectionState.Output.allCases {
            var state = stream.makeState()
            switch stream {
            case .sending:
                let header = state.send(output, bytes: 4, on: id)
                let flags: FrameFlags =
                    switch output {
                    case .message: []
                    case .lastMessage: .remoteClosed
                    case .endOfMessages: [.remoteClosed, .noData]
                    }
                let length: UInt32 = output == .endOfMessages ? 0 : 4
                #expect(header == FrameHeader(length: length, streamID: id, type: .data, flags: flags))
                let again = state.send(.message, bytes: 1, on: id)
                #expect((again != nil) == (output == .message))
            case .unary, .sent, .closed, .new, .over, .abandoned:
                #expect(state.send(output, bytes: 4, on: id) == nil)
            }
        }
    }
}

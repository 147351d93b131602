import TTRPC
import TestTags
import Testing

/// Connections that live long or are used up on purpose.
@Suite(.tags(.wire, .limits)) struct ManyStreamsTests {
    @Test("a million streams, one after the other and refused or abandoned in between, leave nothing behind")
    func million() {
        var state = ServerConnectionState(maxStreams: 4)
        var opened = 0
        for number in 0..<1_000_000 as Range<UInt32> {
            let id = StreamID(2 * number + 1)
            let flags: FrameFlags = number % 3 == 0 ? .remoteOpen : []
            guard case .open = state.receive(Frame(streamID: id, type: .request, flags: flags)).first else {
                Issue.record("stream \(id) was not opened")
                return
            }
            opened += 1
            // Every third ends while its client is still sending and is never closed by it.
            _ = state.send(.response, bytes: 1, on: id)
        }
        #expect(opened == 1_000_000)
        #expect(state.openStreams == 0)
        // What is remembered of abandoned streams is a few, not a third of a million.
        let early = state.receive(Frame(streamID: StreamID(1), type: .data, payload: [1]))
        #expect(early == [.refuse(StreamID(1), .violation(.inactiveStream), endsCall: false)])
    }

    @Test("behind the last stream id there is none: ids that begin again are refused one by one")
    func wrappedIDs() throws {
        var state = ServerConnectionState(maxStreams: 4)
        let last = StreamID(.max)
        #expect(state.receive(Frame(streamID: last, type: .request)) == [.open(last, .unary, payload: [])])
        for raw in [1, 3, .max, .max - 2] as [UInt32] {
            let actions = state.receive(Frame(streamID: StreamID(raw), type: .request))
            #expect(actions == [.refuse(StreamID(raw), .violation(.reusedStreamID), endsCall: raw == .max)], "\(raw)")
        }
        #expect(state.openStreams == 0)
    }
}

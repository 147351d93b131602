import TTRPC
import TestTags
import Testing

/// A small generator with a seed, so that a failing case can be run again (xorshift64*, Vigna 2016).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

extension SeededGenerator {
    /// A frame that is often right: few ids, known types, small payloads.
    mutating func frame() -> Frame {
        Frame(
            streamID: StreamID(.random(in: 0..<12, using: &self)),
            type: MessageType(rawValue: .random(in: 0...4, using: &self)),
            flags: FrameFlags(rawValue: .random(in: 0..<8, using: &self)),
            payload: (0..<Int.random(in: 0..<6, using: &self)).map { _ in .random(in: 0...255, using: &self) })
    }

    /// Several frames with some of their bytes changed.
    mutating func bytes() -> [UInt8] {
        var bytes = (0..<Int.random(in: 1..<12, using: &self)).flatMap { _ in FrameEncoder.encode(frame()) }
        for _ in 0..<Int.random(in: 0..<3, using: &self) {
            let index = Int.random(in: 0..<bytes.count, using: &self)
            bytes[index] = .random(in: 0...255, using: &self)
        }
        return bytes
    }
}

@Suite(.tags(.wire, .hostileInput)) struct RandomInputTests {
    @Test(
        "damaged bytes decode alike in any split, and never stop the decoder short",
        arguments: 1...200 as ClosedRange<UInt64>)
    func decoder(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        let bytes = generator.bytes()
        var whole = FrameDecoder(maximumPayload: 100)
        var pieces = FrameDecoder(maximumPayload: 100)
        var wholeEvents: [FrameDecoder.Event] = []
        var pieceEvents: [FrameDecoder.Event] = []
        var offset = 0
        while let event = whole.next(bytes.span.bytes, from: &offset) { wholeEvents.append(event) }
        #expect(offset == bytes.count)
        for byte in bytes {
            var offset = 0
            while let event = pieces.next([byte].span.bytes, from: &offset) { pieceEvents.append(event) }
            #expect(pieces.bufferedBytes <= 100 + FrameHeader.byteCount)
        }
        #expect(wholeEvents == pieceEvents)
    }

    @Test(
        "whatever comes, the server's streams stay bounded, and each ends once",
        arguments: 1...200 as ClosedRange<UInt64>)
    func server(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var state = ServerConnectionState(maxStreams: 3)
        var open: Set<StreamID> = []
        for _ in 0..<200 {
            if Int.random(in: 0..<4, using: &generator) == 0, let id = open.randomElement(using: &generator) {
                let output = ServerConnectionState.Output.allCases.randomElement(using: &generator) ?? .response
                let sent = state.send(output, bytes: 1, on: id)
                if sent != nil, output != .message { open.remove(id) }
            }
            for action in state.receive(generator.frame()) {
                switch action {
                case .open(let id, _, _):
                    let isNew = open.insert(id).inserted
                    #expect(isNew)
                case .message(let id, _), .endOfMessages(let id): #expect(open.contains(id))
                case .refuse(let id, _, let endsCall):
                    let wasOpen = open.remove(id) != nil
                    #expect(wasOpen == endsCall)
                case .ignore: break
                case .closeConnection: Issue.record("only a broken header closes the connection")
                }
            }
            #expect(state.openStreams == open.count)
            #expect(state.openStreams <= 3)
        }
    }
}

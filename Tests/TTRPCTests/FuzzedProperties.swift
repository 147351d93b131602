import TTRPC

/// What holds for any bytes of a connection; the fuzz target `frames` and `FrameCorpusTests` check it.
///
/// The first byte of an input steers: how the stream is split, and which frames are discarded. The others are the
/// stream.
enum FuzzedProperties {
    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        guard let control = input.first else { return nil }
        let stream = Array(input.dropFirst())
        let whole = FrameReading(of: stream, pieces: stream.count, control: control)
        let piece = control & 7 == 0 ? 1 : Int(control & 7) * 3
        let split = FrameReading(of: stream, pieces: piece, control: control)
        guard whole.events == split.events else { return "pieces of \(piece) bytes give other frames" }
        if let fault = whole.fault ?? split.fault { return fault }
        if let fault = whole.notWritten(as: stream) { return fault }
        var rules = StreamRules(control)
        if let fault = rules.violation(by: whole.events) { return fault }
        for case .frame(let frame) in whole.events {
            if let fault = faultOfEnvelope(frame.payload) { return fault }
        }
        return faultOfEnvelope(stream)
    }

    /// Bytes that are read as an envelope are written as one that reads the same, and in one way.
    private static func faultOfEnvelope(_ bytes: [UInt8]) -> String? {
        if let request = try? RequestEnvelope(serialized: bytes) {
            guard isRoomy(bytes, request.serialized()) else { return nil }
            guard let again = try? RequestEnvelope(serialized: request.serialized()), again == request else {
                return "a request's envelope is not read as it was written"
            }
        }
        if let response = try? ResponseEnvelope(serialized: bytes) {
            guard isRoomy(bytes, response.serialized()) else { return nil }
            guard let again = try? ResponseEnvelope(serialized: response.serialized()), again == response else {
                return "a response's envelope is not read as it was written"
            }
        }
        return nil
    }

    /// What is written is shorter than what was read, if that held much to skip, and so has less memory to its name.
    private static func isRoomy(_ read: [UInt8], _ written: [UInt8]) -> Bool {
        written.count >= read.count || written.count < 256
    }
}

/// The events of a stream that came in pieces of one size.
private struct FrameReading {
    static let limit = 200
    var events: [FrameDecoder.Event] = []
    var fault: String?
    private let discards: Bool

    init(of stream: [UInt8], pieces: Int, control: UInt8) {
        discards = control & 0x08 != 0
        var decoder = FrameDecoder(maximumPayload: Self.limit)
        for start in stride(from: 0, to: stream.count, by: max(1, pieces)) {
            let piece = Array(stream[start..<min(stream.count, start + max(1, pieces))])
            var offset = 0
            while let event = decoder.next(piece.span.bytes, from: &offset) {
                events.append(event)
                if discards, case .began(let header) = event, header.streamID.rawValue % 3 == 0 {
                    decoder.discardFrame()
                }
            }
            if offset != piece.count { fault = "the decoder stopped before the end of its input" }
            if decoder.bufferedBytes > Self.limit + FrameHeader.byteCount { fault = "the decoder holds too much" }
        }
    }

    /// Writing the frames again must give the bytes that they were read from, as far as all were kept.
    func notWritten(as stream: [UInt8]) -> String? {
        var written: [UInt8] = []
        for event in events {
            switch event {
            case .began: break
            case .frame(let frame):
                if Int(frame.header.length) != frame.payload.count { return "a frame is not as long as it says" }
                written += FrameEncoder.encode(frame)
            case .oversized(let header):
                return Int(header.length) > Self.limit ? nil : "a frame of a legal length is called oversized"
            case .broken(let header): return header.isBroken ? nil : "a sound header is called broken"
            }
        }
        return discards || stream.starts(with: written) ? nil : "the frames are not those that were sent"
    }
}

/// The streams of both sides, as a bystander counts them.
private struct StreamRules: ~Copyable {
    private static let maxStreams = 3
    private var server = ServerConnectionState(maxStreams: Self.maxStreams)
    private var client = ClientConnectionState()
    private var open: Set<StreamID> = []
    private var lastOpened: StreamID?
    private var waiting: Set<StreamID> = []
    private let control: UInt8

    init(_ control: UInt8) {
        self.control = control
        for mode in [RequestMode.unary, .remoteClosed, .remoteOpen] {
            if let header = client.open(mode, bytes: 1) { waiting.insert(header.streamID) }
        }
    }

    mutating func violation(by events: [FrameDecoder.Event]) -> String? {
        for (index, event) in events.enumerated() {
            if let fault = takeAsServer(event) { return fault }
            if let fault = takeAsClient(event) { return fault }
            // Every so often the server's call says something itself.
            if Int(control >> 4) == index % 16, let fault = answer(index) { return fault }
            if server.openStreams != open.count { return "the server lost count of its streams" }
            if open.count > Self.maxStreams { return "more streams than the limit are open" }
        }
        let unfinished = server.receiveEndOfInput()
        return unfinished.allSatisfy { if case .refuse(_, _, endsCall: true) = $0 { true } else { false } }
            ? nil : "the end of the input does more than end calls"
    }

    private mutating func takeAsServer(_ event: FrameDecoder.Event) -> String? {
        var actions: [ServerConnectionState.Action]
        switch event {
        case .began: return nil
        case .frame(let frame): actions = server.receive(frame)
        case .oversized(let header): actions = [server.receiveUnread(header, .oversized(bytes: Int(header.length)))]
        case .broken(let header):
            actions = server.receiveBroken(header)
            if actions.popLast() != .closeConnection { return "a broken header closes nothing" }
        }
        for action in actions {
            switch action {
            case .open(let id, _, _):
                if let last = lastOpened, id <= last { return "a stream id was opened out of order" }
                if !id.isClientInitiated { return "a stream with an even id was opened" }
                lastOpened = id
                open.insert(id)
            case .message(let id, _), .endOfMessages(let id):
                if !open.contains(id) { return "a message went to a stream that is not open" }
            case .refuse(let id, _, let endsCall):
                if (open.remove(id) != nil) != endsCall { return "a refusal does not say whether a call ends" }
            case .ignore: break
            case .closeConnection: return "a sound header closes the connection"
            }
        }
        return nil
    }

    private mutating func answer(_ index: Int) -> String? {
        guard let id = open.min() else { return nil }
        let output = ServerConnectionState.Output.allCases[index % ServerConnectionState.Output.allCases.count]
        guard server.send(output, bytes: 1, on: id) != nil, output != .message else { return nil }
        open.remove(id)
        return server.isOpen(id) ? "a stream is open after its last message" : nil
    }

    private mutating func takeAsClient(_ event: FrameDecoder.Event) -> String? {
        let actions: [ClientConnectionState.Action]
        switch event {
        case .began: return nil
        case .frame(let frame): actions = client.receive(frame)
        case .oversized(let header): actions = [client.receiveOversized(header)]
        case .broken: return nil
        }
        for action in actions {
            switch action {
            case .message(let id, _): if !waiting.contains(id) { return "a message for a stream that nobody opened" }
            case .endOfMessages(let id), .response(let id, _), .fail(let id, _):
                if waiting.remove(id) == nil { return "a stream ended twice" }
            case .ignore: break
            case .closeConnection: return "a sound header closes the client's connection"
            }
        }
        return client.openStreams == waiting.count ? nil : "the client lost count of its streams"
    }
}

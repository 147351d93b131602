import TTRPC
import TestTags
import Testing

/// Feeds `chunks` one after the other, each until the decoder wants more, and collects what comes out.
private func events(
    of chunks: [[UInt8]], maximumPayload: Int = FrameHeader.maximumPayload
) -> [FrameDecoder.Event] {
    var decoder = FrameDecoder(maximumPayload: maximumPayload)
    return chunks.flatMap { decoder.take($0) }
}

extension FrameDecoder {
    fileprivate mutating func take(_ chunk: [UInt8]) -> [Event] {
        var events: [Event] = []
        var offset = 0
        while let event = next(chunk.span.bytes, from: &offset) { events.append(event) }
        #expect(offset == chunk.count, "the decoder left bytes of its input untaken")
        return events
    }
}

/// Three frames of a client, byte by byte: a request that stays open, an empty message, the end of the messages.
private let upload: [UInt8] = [
    0x00, 0x00, 0x00, 0x03,  // length 3
    0x00, 0x00, 0x00, 0x01,  // stream 1
    0x01,  // request
    0x02,  // remote open
    0x0A, 0x01, 0x73,  // payload
    0x00, 0x00, 0x00, 0x00,  // length 0
    0x00, 0x00, 0x00, 0x01,  // stream 1
    0x03,  // data
    0x00,  // no flags: an empty message
    0x00, 0x00, 0x00, 0x00,  // length 0
    0x00, 0x00, 0x00, 0x01,  // stream 1
    0x03,  // data
    0x05,  // remote closed, no data
]

private let uploadFrames = [
    Frame(streamID: StreamID(1), type: .request, flags: .remoteOpen, payload: [0x0A, 0x01, 0x73]),
    Frame(streamID: StreamID(1), type: .data),
    Frame(streamID: StreamID(1), type: .data, flags: [.remoteClosed, .noData]),
]

private let uploadEvents = uploadFrames.flatMap { [FrameDecoder.Event.began($0.header), .frame($0)] }

@Suite(.tags(.wire)) struct FrameDecoderTests {
    @Test("annotated bytes decode to the frames they spell, and those encode to the same bytes")
    func annotated() {
        #expect(events(of: [upload]) == uploadEvents)
        #expect(uploadFrames.flatMap(FrameEncoder.encode(_:)) == upload)
    }

    @Test("frames split at any byte decode alike", arguments: 0...upload.count)
    func splitInTwo(at index: Int) {
        #expect(events(of: [Array(upload[..<index]), Array(upload[index...])]) == uploadEvents)
    }

    @Test("frames split into pieces of any size decode alike", arguments: 1...upload.count)
    func splitIntoPieces(of size: Int) {
        let pieces = stride(from: 0, to: upload.count, by: size).map {
            Array(upload[$0..<min($0 + size, upload.count)])
        }
        #expect(events(of: pieces) == uploadEvents)
    }

    @Test("a header's fields survive the wire at their extremes")
    func extremes() {
        let header = FrameHeader(
            length: 0x0040_0000, streamID: StreamID(.max), type: MessageType(rawValue: 0xFE),
            flags: FrameFlags(rawValue: 0xFF))
        #expect(FrameEncoder.encode(header) == [0x00, 0x40, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF])
        #expect(FrameHeader(wireWords: header.wireWords) == header)
    }

    @Test("a payload of exactly the limit is a frame, one byte more is oversized", arguments: [0, 1, 64 << 10])
    func limit(_ limit: Int) {
        let fits = Frame(streamID: StreamID(1), type: .data, payload: Array(repeating: 7, count: limit))
        let over = Frame(streamID: StreamID(3), type: .data, payload: Array(repeating: 8, count: limit + 1))
        #expect(
            events(of: [FrameEncoder.encode(fits) + FrameEncoder.encode(over)], maximumPayload: limit)
                == [.began(fits.header), .frame(fits), .oversized(over.header)])
    }

    @Test("an oversized payload is skipped as it arrives, holds no memory, and the next frame decodes")
    func oversized() {
        let length = FrameHeader.maximumPayload + 1
        let header = FrameHeader(length: UInt32(length), streamID: StreamID(1), type: .request)
        let next = Frame(streamID: StreamID(3), type: .request, payload: [1, 2])
        var decoder = FrameDecoder()
        #expect(decoder.take(FrameEncoder.encode(header)) == [.oversized(header)])
        let piece = [UInt8](repeating: 0xAA, count: 4096)
        for _ in 0..<length / piece.count {
            #expect(decoder.take(piece) == [])
            #expect(decoder.bufferedBytes == 0)
            #expect(decoder.isMidFrame == true)
        }
        let rest = Array(piece[..<(length % piece.count)]) + FrameEncoder.encode(next)
        #expect(decoder.take(rest) == [.began(next.header), .frame(next)])
        #expect(decoder.isMidFrame == false)
    }

    @Test("a header that claims 4 MiB holds only what has arrived, and nothing once its frame is out")
    func bufferGrowsWithInput() {
        let payload = [UInt8](repeating: 3, count: FrameHeader.maximumPayload)
        let frame = Frame(streamID: StreamID(1), type: .data, payload: payload)
        var decoder = FrameDecoder()
        _ = decoder.take(FrameEncoder.encode(frame.header))
        #expect(decoder.bufferedBytes == 0)
        _ = decoder.take(Array(payload[..<100]))
        #expect(decoder.bufferedBytes == 100)
        #expect(decoder.take(Array(payload[100...])) == [.frame(frame)])
        #expect(decoder.bufferedBytes == 0)
    }

    @Test("a frame that its receiver discards is skipped from any point on", arguments: 0..<5)
    func discard(afterBytes taken: Int) {
        let unwanted = Frame(streamID: StreamID(1), type: .data, payload: [1, 2, 3, 4])
        var decoder = FrameDecoder()
        #expect(decoder.take(FrameEncoder.encode(unwanted.header)).first == .began(unwanted.header))
        let isWhole = taken == 4
        #expect(decoder.take(Array(unwanted.payload[..<taken])) == (isWhole ? [.frame(unwanted)] : []))
        decoder.discardFrame()
        #expect(decoder.bufferedBytes == 0)
        #expect(decoder.take(Array(unwanted.payload[taken...]) + upload) == uploadEvents)
    }

    @Test("a header with its reserved byte in use is broken, and nothing after it is read")
    func broken() {
        let http = Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        var decoder = FrameDecoder()
        let first = decoder.take(http)
        #expect(first.count == 1)
        guard case .broken(let header) = first.first else {
            Issue.record("expected a broken header, got \(first)")
            return
        }
        #expect(header.length == 0x4745_5420)
        #expect(decoder.take(upload) == [])
    }
}

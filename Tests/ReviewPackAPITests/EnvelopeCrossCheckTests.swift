import TTRPC
import Testing

@testable import ReviewPackAPI

/// TTRPC's own codec of the envelopes against protobuf-c: the same bytes written, the same values and refusals read.
@Suite("The envelopes' own codec and protobuf-c") struct EnvelopeCrossCheckTests {
    @Test("write the same bytes", arguments: 1...200 as ClosedRange<UInt64>)
    func writing(seed: UInt64) {
        var random = Source(state: seed)
        let request = random.request()
        #expect(request.serialized() == TTRPCProto.Request(request).serialized())
        let response = random.response()
        #expect(response.serialized() == TTRPCProto.Response(response).serialized())
    }

    @Test("read the same, or refuse it in the same words, however the bytes were damaged", arguments: 1...40)
    func reading(seed: Int) {
        var random = Source(state: UInt64(seed))
        for _ in 0..<500 {
            compare(random.damaged(random.request().serialized()))
            compare(random.damaged(random.response().serialized()))
        }
    }

    @Test("read the same of bytes that are fields alone", arguments: 1...40)
    func fields(seed: Int) {
        var random = Source(state: UInt64(seed) << 32)
        for _ in 0..<500 { compare(random.fields(depth: 3)) }
    }

    @Test("refuse the same for its memory", arguments: [1, 100, 400, 900, 1100, 1200, 1300, 1500, 3000, 100_000])
    func memory(count: Int) {
        for element in [
            [0x2A, 0x00], [0x30, 0x00], [0x0A, 0x00], [0x0A, 0x02, 0x1A, 0x00], [0x2A, 0x02, 0x0A, 0x00],
        ]
            as [[UInt8]]
        {
            compare(Array(repeatElement(element, count: count).joined()))
            let inner = Array(repeatElement([0x1A, 0x00] as [UInt8], count: count).joined())
            compare([0x0A] + varint(inner.count) + inner)
            compare([0x0A] + varint(inner.count) + inner + [0x0A, 0x02, 0x1A, 0x00])
        }
    }

    @Test("read the same at the edge of what the memory allows")
    func memoryEdge() {
        for count in 1100...1300 { compare(Array(repeatElement([0x2A, 0x00] as [UInt8], count: count).joined())) }
    }

    private func compare(_ bytes: [UInt8]) {
        let request = Result { () throws(WireError) in try TTRPCProto.Request(serialized: bytes) }
        let ownRequest = Result { () throws(EnvelopeError) in try RequestEnvelope(serialized: bytes) }
        switch (request, ownRequest) {
        case (.success(let theirs), .success(let ours)):
            #expect(theirs == TTRPCProto.Request(ours), "\(bytes.prefix(200))")
        case (.failure(let theirs), .failure(let ours)):
            #expect(theirs.description == ours.description, "\(bytes.prefix(200))")
        default: Issue.record("\(request) but \(ownRequest) of \(bytes.prefix(200))")
        }
        let response = Result { () throws(WireError) in try TTRPCProto.Response(serialized: bytes) }
        let ownResponse = Result { () throws(EnvelopeError) in try ResponseEnvelope(serialized: bytes) }
        switch (response, ownResponse) {
        case (.success(let theirs), .success(let ours)):
            #expect(theirs == TTRPCProto.Response(ours), "\(bytes.prefix(200))")
        case (.failure(let theirs), .failure(let ours)):
            #expect(theirs.description == ours.description, "\(bytes.prefix(200))")
        default: Issue.record("\(response) but \(ownResponse) of \(bytes.prefix(200))")
        }
    }
}

extension TTRPCProto.Request {
    fileprivate init(_ envelope: RequestEnvelope) {
        self.init(
            service: envelope.service, method: envelope.method, payload: envelope.payload,
            timeoutNano: envelope.timeoutNanoseconds,
            metadata: envelope.metadata.map { TTRPCProto.KeyValue(key: $0.name, value: $0.value) })
    }
}

extension TTRPCProto.Response {
    fileprivate init(_ envelope: ResponseEnvelope) {
        self.init(
            status: envelope.status.map { status in
                GoogleRPC.Status(
                    code: status.code, message: status.message,
                    details: status.details.map { GoogleProtobuf.AnyMessage(typeURL: $0.typeURL, value: $0.value) })
            }, payload: envelope.payload)
    }
}

private func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
}

/// Envelopes and damage from a seed.
private struct Source: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func text() -> String {
        String((0..<below(9)).map { _ in ["a", "é", "\u{1F9EA}", "/", "\u{301}", "\0"][below(6)] as Character })
    }

    mutating func bytes() -> [UInt8] { (0..<below(20)).map { _ in UInt8(below(256)) } }

    mutating func request() -> RequestEnvelope {
        RequestEnvelope(
            service: text(), method: text(), payload: bytes(),
            timeoutNanoseconds: [0, 1, 127, 128, -1, .min, .max, Int64(below(1 << 40))][below(8)],
            metadata: (0..<below(4)).map { _ in .init(name: text(), value: text()) })
    }

    mutating func response() -> ResponseEnvelope {
        let status = ResponseEnvelope.Status(
            code: Int32(below(20)) - 2, message: text(),
            details: (0..<below(3)).map { _ in .init(typeURL: text(), value: bytes()) })
        return ResponseEnvelope(status: below(3) == 0 ? nil : status, payload: bytes())
    }

    /// The bytes with some changed, removed, doubled or added.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<below(4) {
            let place = below(bytes.count + 1)
            switch below(5) {
            case 0: bytes.insert(UInt8(below(256)), at: place)
            case 1: if place < bytes.count { bytes.remove(at: place) }
            case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
            case 3: bytes.removeLast(min(bytes.count, below(6)))
            default: bytes += bytes.prefix(place)
            }
        }
        return bytes
    }

    /// Fields of any number and type, some of them messages of such fields.
    mutating func fields(depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<below(7) {
            let type = [0, 0, 1, 2, 2, 2, 2, 5, 3][below(9)]
            bytes += varint((below(8) == 0 ? below(1 << 29) : below(7)) << 3 | type)
            switch type {
            case 0: bytes += varint(below(1 << 40))
            case 1: bytes += (0..<8).map { _ in UInt8(below(256)) }
            case 5: bytes += (0..<4).map { _ in UInt8(below(256)) }
            default:
                let inner = depth > 0 && below(2) == 0 ? fields(depth: depth - 1) : Array(text().utf8)
                bytes += varint(inner.count) + inner
            }
        }
        return bytes
    }
}

import Testing

@testable import TTRPC

/// The envelopes byte by byte; `EnvelopeCrossCheckTests` compares the codec with protobuf-c on much more.
@Suite("The envelopes") struct EnvelopeTests {
    @Test("a request has the bytes that the encoding guide gives, and they read as the same request")
    func request() throws {
        let envelope = RequestEnvelope(
            service: "s.S", method: "Get", payload: [0xAA, 0x00], timeoutNanoseconds: 300,
            metadata: [.init(name: "k", value: "v"), .init(name: "", value: "")])
        let bytes: [UInt8] = [
            0x0A, 0x03, 0x73, 0x2E, 0x53,  // 1 service "s.S"
            0x12, 0x03, 0x47, 0x65, 0x74,  // 2 method "Get"
            0x1A, 0x02, 0xAA, 0x00,  // 3 payload
            0x20, 0xAC, 0x02,  // 4 timeout_nano 300
            0x2A, 0x06, 0x0A, 0x01, 0x6B, 0x12, 0x01, 0x76,  // 5 metadata: 1 key "k", 2 value "v"
            0x2A, 0x00,  // 5 metadata, empty
        ]
        #expect(envelope.serialized() == bytes)
        #expect(try RequestEnvelope(serialized: bytes) == envelope)
    }

    @Test("a response has the bytes that the encoding guide gives, and they read as the same response")
    func response() throws {
        let status = ResponseEnvelope.Status(
            code: 5, message: "no", details: [.init(typeURL: "t/T", value: [1]), .init(typeURL: "", value: [])])
        let envelope = ResponseEnvelope(status: status, payload: [9])
        let bytes: [UInt8] = [
            0x0A, 0x12,  // 1 status, 18 bytes
            0x08, 0x05,  // 1 code 5
            0x12, 0x02, 0x6E, 0x6F,  // 2 message "no"
            0x1A, 0x08, 0x0A, 0x03, 0x74, 0x2F, 0x54, 0x12, 0x01, 0x01,  // 3 details: 1 type_url "t/T", 2 value
            0x1A, 0x00,  // 3 details, empty
            0x12, 0x01, 0x09,  // 2 payload
        ]
        #expect(envelope.serialized() == bytes)
        #expect(try ResponseEnvelope(serialized: bytes) == envelope)
        #expect(ResponseEnvelope().serialized() == [])
        #expect(ResponseEnvelope(status: .init(code: 0)).serialized() == [0x0A, 0x00])
    }

    @Test("negative numbers take ten bytes, and a longer number keeps its low bits")
    func negative() throws {
        let bytes = RequestEnvelope(service: "", method: "", timeoutNanoseconds: -1).serialized()
        #expect(bytes == [0x20] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
        #expect(try RequestEnvelope(serialized: bytes).timeoutNanoseconds == -1)
        let status = ResponseEnvelope(status: .init(code: -1))
        #expect(try ResponseEnvelope(serialized: status.serialized()) == status)
        let long: [UInt8] = [0x0A, 0x07, 0x08, 0x85, 0x80, 0x80, 0x80, 0x80, 0x02]
        #expect(try ResponseEnvelope(serialized: long).status?.code == 5)
    }

    @Test(
        "fields that the schema does not know are skipped, whatever their type",
        arguments: [
            [0x30, 0x01],  // 6, a number
            [0x31, 1, 2, 3, 4, 5, 6, 7, 8],  // 6, eight bytes
            [0x32, 0x02, 0x61, 0x62],  // 6, two bytes with their length
            [0x35, 1, 2, 3, 4],  // 6, four bytes
            [0x82, 0x80, 0x80, 0x80, 0x10, 0x00],  // 2^29, the first number that is none
        ] as [[UInt8]])
    func unknown(field: [UInt8]) throws {
        let known: [UInt8] = [0x12, 0x01, 0x6D]
        #expect(try RequestEnvelope(serialized: field + known + field).method == "m")
    }

    @Test(
        "bytes that are no encoding are refused as malformed",
        arguments: [
            [0x20],  // a tag without its value
            [0x20, 0x80],  // a number that goes on past the end
            [0x20] + [UInt8](repeating: 0x80, count: 10) + [0x01],  // a number of eleven bytes
            [0x0A, 0x05, 0x61],  // a length beyond the end
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x61],  // a length of 4 GiB
            [0x0A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],  // a length of six bytes
            [0x33, 0x34],  // a group, which proto3 has not
            [0x37],  // a wire type that there is not
            [0x35, 0x01, 0x02],  // four bytes of which two are there
            [0x80],  // half a tag
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],  // a tag of six bytes
            [0x02, 0x00],  // the field number 0
            [0x22, 0x01, 0x61],  // a string where the schema has a number
            [0x08, 0x01],  // a number where the schema has a string
            [0x2A, 0x01, 0x0A],  // an entry that ends early
            [0x12, 0x01, 0x6D, 0x0A, 0x05],  // something whole before it
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(throws: EnvelopeError.malformed(message: "ttrpc.Request")) { try RequestEnvelope(serialized: bytes) }
    }

    @Test("a part of a response is malformed with the whole")
    func malformedPart() {
        #expect(throws: EnvelopeError.malformed(message: "ttrpc.Response")) {
            try ResponseEnvelope(serialized: [0x0A, 0x03, 0x1A, 0x01, 0x0A])
        }
    }

    @Test(
        "strings in every position are checked, and their field is named",
        arguments: [
            ([0x0A, 0x01], "ttrpc.Request.service"), ([0x12, 0x01], "ttrpc.Request.method"),
            ([0x2A, 0x03, 0x0A, 0x01], "ttrpc.KeyValue.key"), ([0x2A, 0x03, 0x12, 0x01], "ttrpc.KeyValue.value"),
        ] as [([UInt8], String)])
    func texts(before: [UInt8], field: String) {
        #expect(throws: EnvelopeError.embeddedNUL(field: field)) { try RequestEnvelope(serialized: before + [0x00]) }
        #expect(throws: EnvelopeError.invalidUTF8(field: field)) { try RequestEnvelope(serialized: before + [0xFF]) }
    }

    @Test("of a field that comes twice the last counts, and what it overwrites is not looked at")
    func repeated() throws {
        let bytes: [UInt8] = [0x12, 0x01, 0xFF, 0x12, 0x01, 0x6D, 0x1A, 0x01, 0x07, 0x1A, 0x00]
        #expect(try RequestEnvelope(serialized: bytes) == RequestEnvelope(service: "", method: "m"))
    }

    @Test("a status that comes twice is merged")
    func merged() throws {
        let first = ResponseEnvelope(status: .init(code: 5, message: "a", details: [.init(typeURL: "x", value: [])]))
        let second = ResponseEnvelope(status: .init(code: 7, details: [.init(typeURL: "y", value: [1])]))
        let both = try ResponseEnvelope(serialized: first.serialized() + second.serialized())
        #expect(
            both.status
                == .init(
                    code: 7, message: "a", details: [.init(typeURL: "x", value: []), .init(typeURL: "y", value: [1])]))
    }

    @Test("empty entries cost more than they weigh: a few hundred are read, ten thousand refused")
    func manyEntries() throws {
        func entries(_ count: Int) -> [UInt8] { Array(repeatElement([0x2A, 0x00] as [UInt8], count: count).joined()) }
        #expect(try RequestEnvelope(serialized: entries(500)).metadata.count == 500)
        let limit = 64 << 10 + 24 * 20_000
        #expect(throws: EnvelopeError.memoryLimitExceeded(message: "ttrpc.Request", limit: limit)) {
            try RequestEnvelope(serialized: entries(10_000))
        }
    }

    @Test("a payload of 3 MiB and one of no byte both survive", arguments: [0, 1, 3 << 20])
    func payloads(size: Int) throws {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = RequestEnvelope(service: "s", method: "m", payload: payload, timeoutNanoseconds: 1)
        #expect(try RequestEnvelope(serialized: request.serialized()) == request)
    }

    @Test("a NUL in a string is written as U+FFFD and cuts nothing off")
    func nulInOwnString() throws {
        let bytes = RequestEnvelope(service: "a\0b", method: "").serialized()
        #expect(try RequestEnvelope(serialized: bytes).service == "a\u{FFFD}b")
    }

    @Test("a failure that does not fit into a frame loses its details, then its message")
    func shortened() throws {
        let failure = RPCFailure(
            code: .aborted, message: "busy", details: [.init(typeURL: "t", value: [UInt8](repeating: 1, count: 50))])
        func sent(_ limit: Int) throws -> ResponseEnvelope.Status? {
            try ResponseEnvelope(serialized: failure.envelope(limit: limit)).status
        }
        #expect(try sent(100) == .init(code: 10, message: "busy", details: failure.details))
        #expect(try sent(20) == .init(code: 10, message: "busy"))
        #expect(try sent(4) == .init(code: 10))
        #expect(failure.envelope(limit: 3) == [])
        #expect(
            try ResponseEnvelope(serialized: RPCFailure(code: .ok, message: "").envelope(limit: 9)).status?.code == 2)
    }

    @Test("a status that says OK is no failure, and a number that nobody knows is UNKNOWN")
    func failures() {
        #expect(RPCFailure(nil) == nil)
        #expect(RPCFailure(ResponseEnvelope.Status(code: 0, message: "x")) == nil)
        #expect(RPCFailure(ResponseEnvelope.Status(code: 99, message: "x")) == RPCFailure(code: .unknown, message: "x"))
    }
}

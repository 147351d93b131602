import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

/// The server as a foreign client meets it, frame by frame.
@Suite(.tags(.wire), .timeLimit(.minutes(1))) struct WireTests {
    /// A call that must work, whatever came before it on the connection.
    private func expectGoodCall(_ caller: RawCaller, on id: UInt32) async throws {
        await caller.send(.request(id, "Echo", [9]))
        let response = try await caller.receiveResponse(on: id)
        #expect(response.status == nil)
        #expect(response.payload == [9])
    }

    @Test("the request that Docs/PROTOCOL.md spells out is what we send")
    func documented() {
        let frame = Frame.request(1, "WhoAmI", service: "reviewpack.v1.DirectoryService")
        let bytes: [UInt8] =
            [0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x0A, 0x1E]
            + Array("reviewpack.v1.DirectoryService".utf8) + [0x12, 0x06] + Array("WhoAmI".utf8)
        #expect(FrameEncoder.encode(frame) == bytes)
    }

    @Test("an oversized frame costs its own stream alone", arguments: [(4 << 20) + 1, (16 << 20) - 1])
    func oversized(length: Int) async throws {
        try await withServer { server, path in
            let caller = try RawCaller(path: path)
            await caller.send(
                FrameEncoder.encode(FrameHeader(length: UInt32(length), streamID: StreamID(1), type: .request)))
            let chunk = [UInt8](repeating: 0xEE, count: 1 << 20)
            for _ in 0..<length / chunk.count { await caller.send(chunk) }
            await caller.send(Array(chunk[..<(length % chunk.count)]))
            let status = try await caller.receiveResponse(on: 1).status
            #expect(status?.code == StatusCode.resourceExhausted.rawValue)
            #expect(server.statistics.bufferedBytes == 0)
            try await expectGoodCall(caller, on: 3)
        }
    }

    @Test("an oversized message of an upload ends that upload; what follows of it passes unheard")
    func oversizedMessage() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Sum", flags: .remoteOpen))
            await caller.send(
                FrameEncoder.encode(FrameHeader(length: 5 << 20, streamID: StreamID(1), type: .data)))
            await caller.send([UInt8](repeating: 1, count: 5 << 20))
            await caller.send(.data(1, [1]), .data(1, flags: [.remoteClosed, .noData]))
            let status = try await caller.receiveResponse(on: 1).status
            #expect(status?.code == StatusCode.resourceExhausted.rawValue)
            try await expectGoodCall(caller, on: 3)
        }
    }

    @Test("frames that arrive one byte at a time are served")
    func bytewise() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            for byte in FrameEncoder.encode(.request(1, "Echo", [5])) { await caller.send([byte]) }
            #expect(try await caller.receiveResponse(on: 1).payload == [5])
        }
    }

    @Test("frames that arrive together are served in order")
    func coalesced() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(
                .request(1, "Sum", flags: .remoteOpen), .data(1, [1, 2]), .data(1), .data(1, [3], flags: .remoteClosed))
            #expect(try await caller.receiveResponse(on: 1).payload == Array("3:3".utf8))
        }
    }

    @Test("a broken header closes the connection")
    func broken() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
            #expect(await caller.receive() == nil)
            let second = try RawCaller(path: path)
            await second.send(
                FrameEncoder.encode(FrameHeader(length: 1 << 24, streamID: StreamID(1), type: .request)))
            #expect(try await second.receiveResponse(on: 1).status?.code == StatusCode.resourceExhausted.rawValue)
            #expect(await second.receive() == nil)
        }
    }

    static let mistakeRows: [[Frame]] = [
        [.request(2, "Echo")],
        [.request(1, "Echo", flags: [.remoteOpen, .remoteClosed])],
        [.data(1, [1])],
        [Frame(streamID: StreamID(1), type: .response)],
        [Frame(streamID: StreamID(1), type: .request, payload: [0xFF, 0xFF])],
        [.request(1, "Echo", flags: .remoteOpen)],
        [.request(1, "Count")],
        [.request(1, "Echo", timeout: -1)],
    ]

    @Test("a mistake on a stream is INVALID_ARGUMENT there, and the connection goes on", arguments: mistakeRows)
    func mistakes(frames: [Frame]) async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            for frame in frames { await caller.send(frame) }
            let id = try #require(frames.last).header.streamID.rawValue
            let status = try await caller.receiveResponse(on: id).status
            #expect(status?.code == StatusCode.invalidArgument.rawValue)
            try await expectGoodCall(caller, on: 11)
        }
    }

    @Test("data for a call that takes none cancels the call with INVALID_ARGUMENT")
    func unwantedData() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { server, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Block"))
            await handler.started.wait()
            await caller.send(.data(1, [1]))
            #expect(try await caller.receiveResponse(on: 1).status?.code == StatusCode.invalidArgument.rawValue)
            await handler.cancelled.wait()
            await caller.send(.request(3, "Flood", flags: .remoteOpen), .data(3, [1]))
            var frame = await caller.receive()
            while frame?.header.type == .data { frame = await caller.receive() }
            let response = try ResponseEnvelope(serialized: #require(frame).payload)
            #expect(response.status?.code == StatusCode.invalidArgument.rawValue)
            try await expectGoodCall(caller, on: 5)
        }
    }

    @Test("a stream id used again is refused, and the call that runs on it is cancelled")
    func reusedID() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(5, "Block"))
            await handler.started.wait()
            await caller.send(.request(5, "Echo"))
            #expect(try await caller.receiveResponse(on: 5).status?.code == StatusCode.invalidArgument.rawValue)
            await handler.cancelled.wait()
            await caller.send(.request(3, "Echo"))
            #expect(try await caller.receiveResponse(on: 3).status?.code == StatusCode.invalidArgument.rawValue)
            try await expectGoodCall(caller, on: 7)
        }
    }

    @Test("a frame of an unknown type is ignored")
    func unknownType() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(Frame(streamID: StreamID(1), type: MessageType(rawValue: 77), payload: [1, 2, 3]))
            try await expectGoodCall(caller, on: 1)
        }
    }

    @Test("a caller that has closed its sending side still gets its answers, then the end")
    func halfClosed() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Wait", [4]), .request(3, "Sum", flags: .remoteOpen), .data(3, [1]))
            await handler.started.wait()
            caller.closeSending()
            let cut = try await caller.receiveResponse(on: 3)
            #expect(cut.status?.code == StatusCode.invalidArgument.rawValue)
            handler.release.fire()
            #expect(try await caller.receiveResponse(on: 1).payload == [4])
            #expect(await caller.receive() == nil)
        }
    }

    @Test("a streaming call with an empty request needs no payload at all")
    func emptyStreamingRequest() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Count", flags: .remoteClosed))
            #expect(
                await caller.receive() == .data(1, flags: [.remoteClosed, .noData]))
        }
    }

    @Test("the last message of a server stream carries the end")
    func lastMessage() async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Count", [1, 0xCC], flags: .remoteClosed))
            #expect(await caller.receive() == .data(1, [0]))
            #expect(await caller.receive() == .data(1, [0xCC], flags: .remoteClosed))
        }
    }

    @Test(
        "an upload's first message may come in its request, also as the only one",
        arguments: [
            (FrameFlags.remoteOpen, "2:5"), (FrameFlags.remoteClosed, "1:3"), (FrameFlags(), "1:3"),
        ])
    func messageInRequest(flags: FrameFlags, answer: String) async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Sum", [1, 2, 3], flags: flags))
            if flags == .remoteOpen { await caller.send(.data(1, [4, 5], flags: .remoteClosed)) }
            #expect(try await caller.receiveResponse(on: 1).payload == Array(answer.utf8))
        }
    }
}

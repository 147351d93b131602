import Dispatch
import Glibc
import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

/// A server of the wrong kind: accepts one connection, sends fixed bytes, and closes after it has read something.
private func serveOnce(_ bytes: [UInt8], at path: String) throws {
    let listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    #expect(try UnixSocketPath(path).withAddress { bind(listener, $0, $1) } == 0)
    #expect(listen(listener, 1) == 0)
    DispatchQueue.global().async {
        let peer = accept(listener, nil, nil)
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = recv(peer, &buffer, buffer.count, 0)
        _ = bytes.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        close(peer)
        close(listener)
    }
}

@Suite(.tags(.wire), .timeLimit(.minutes(1))) struct ClientTests {
    @Test("a client without patience says which path has no server, and why")
    func unreachable() async throws {
        let folder = try TemporaryFolder()
        await #expect(throws: TransportError.unreachable(path: folder.socket, errno: ENOENT)) {
            try await TTRPCClient.connect(path: folder.socket, connectTimeout: .zero)
        }
        await #expect(throws: TransportError.unreachable(path: "/dev/null/s", errno: ENOTDIR)) {
            try await TTRPCClient.connect(path: "/dev/null/s")
        }
    }

    @Test("a client waits for a socket that is still missing")
    func patience() async throws {
        let folder = try TemporaryFolder()
        let client = Task { try await TTRPCClient.connect(path: folder.socket, connectTimeout: .seconds(30)) }
        let server = try await TTRPCServer.start(
            on: .bind(path: folder.socket, mode: 0o600, group: nil), handler: EchoHandler(), logger: quiet)
        let connected = try await client.value
        #expect(try await connected.echo([1]) == [1])
        await connected.close()
        await server.drain(deadline: .seconds(5))
    }

    static let answers: [([UInt8], TransportError?)] = [
        (Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), nil),
        (FrameEncoder.encode(Frame(streamID: StreamID(1), type: .response, payload: [0xFF])), nil),
        (FrameEncoder.encode(Frame(streamID: StreamID(1), type: .data, payload: [1])), nil),
        ([], .closed),
        ([0, 0, 0, 4, 0, 0], .closed),
        (FrameEncoder.encode(Frame(streamID: StreamID(3), type: .response)), .closed),
        (
            FrameEncoder.encode(FrameHeader(length: 5 << 20, streamID: StreamID(1), type: .response)),
            .messageTooLarge(bytes: 5 << 20, limit: 4 << 20)
        ),
    ]

    @Test("a peer that breaks the protocol or goes away is an error of the transport", arguments: answers)
    func malformedPeer(bytes: [UInt8], expected: TransportError?) async throws {
        let folder = try TemporaryFolder()
        try serveOnce(bytes, at: folder.socket)
        let client = try await TTRPCClient.connect(path: folder.socket)
        do {
            _ = try await client.echo([1])
            Issue.record("the call must fail")
        } catch let error as TransportError {
            if let expected {
                #expect(error == expected)
            } else if case .malformedPeer = error {
            } else {
                Issue.record("expected a malformed peer, got \(error)")
            }
        }
        await client.close()
    }

    @Test("closing fails the calls that run, and all after it")
    func closing() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let call = Task { try await client.unary(service: EchoHandler.service, method: "Block", request: []) }
            await handler.started.wait()
            await client.close()
            await #expect(throws: TransportError.closed) { try await call.value }
            await #expect(throws: TransportError.closed) { try await client.echo([1]) }
            await handler.cancelled.wait()
        }
    }

    @Test("a stream that is dropped half-way does not hold up its connection")
    func droppedStream() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            do {
                let stream = try await client.serverStream(service: EchoHandler.service, method: "Flood", request: [])
                var iterator = stream.makeAsyncIterator()
                #expect(try await iterator.next() == EchoHandler.floodMessage)
            }
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("a slow reader of a stream gets every message")
    func slowReader() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let stream = try await client.serverStream(service: EchoHandler.service, method: "Flood", request: [])
            var count = 0
            for try await message in stream {
                count += message == EchoHandler.floodMessage ? 1 : 0
                if count.isMultiple(of: 100) { await Task.yield() }
            }
            #expect(count == EchoHandler.floodCount)
            await client.close()
        }
    }

    @Test("a dropped upload never counts as finished")
    func droppedUpload() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { _, path in
            let client = try await TTRPCClient.connect(path: path)
            do {
                let writer = try await client.clientStream(service: EchoHandler.service, method: "Hold")
                try await writer.send([1])
                await handler.started.wait()
            }
            #expect(try await client.echo([1]) == [1])
            await client.close()
            await handler.cancelled.wait()
        }
    }
}

import Glibc
import NIOCore
import Synchronization
import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

@Suite(.tags(.wire, .limits), .timeLimit(.minutes(1))) struct LimitTests {
    @Test(
        "a caller that never reads stops its handler, and gets everything when it reads at last",
        arguments: [16 << 10, 256 << 10])
    func unreadResponses(buffer: Int) async throws {
        let handler = EchoHandler()
        try await withServer(.with { $0.outboundHighWater = buffer }, handler: handler) { server, path in
            let lazy = try RawCaller(path: path)
            await lazy.send(.request(1, "Flood", flags: .remoteClosed))
            // Other callers' round trips are the clock: an unbounded sender would be megabytes further by then.
            let client = try await TTRPCClient.connect(path: path)
            for _ in 0..<300 { _ = try await client.echo([1]) }
            #expect(handler.flooded.load(ordering: .relaxed) < 2 << 20)
            // What the kernel has not taken, at least one message; one that waits, and a call of the other caller.
            let message = EchoHandler.floodMessage.count
            #expect(server.statistics.bufferedBytes <= max(buffer, message) + message + 1000)
            var bytes = 0
            while let frame = await lazy.receive() {
                bytes += frame.payload.count
                if frame.header.flags.contains(.remoteClosed) { break }
            }
            #expect(bytes == EchoHandler.floodCount * EchoHandler.floodMessage.count)
            await client.close()
        }
    }

    @Test("an upload that its handler does not take stops its connection, and arrives whole at last")
    func untakenUpload() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { server, path in
            let uploader = try await TTRPCClient.connect(path: path)
            let writer = try await uploader.clientStream(service: EchoHandler.service, method: "Hold")
            await handler.started.wait()
            let upload = Task {
                for _ in 0..<512 { try await writer.send([UInt8](repeating: 7, count: 16 << 10)) }
                return try await writer.finish()
            }
            let client = try await TTRPCClient.connect(path: path)
            for _ in 0..<300 { _ = try await client.echo([1]) }
            #expect(server.statistics.bufferedBytes < 1 << 20)
            handler.release.fire()
            #expect(String(decoding: try await upload.value, as: UTF8.self) == "512:\(512 * (16 << 10))")
            await uploader.close()
            await client.close()
        }
    }

    @Test(
        "a connection over its uid's share hears so on its first call, and may come back later, on any number of loops",
        arguments: [1, 3])
    func connections(threads: Int) async throws {
        let few = ServerConfiguration.with { configuration in
            configuration.eventLoopThreads = threads
            configuration.maxConnections = 4
            configuration.maxConnectionsPerUID = 2
        }
        try await withServer(few) { server, path in
            let first = try await TTRPCClient.connect(path: path)
            let second = try await TTRPCClient.connect(path: path)
            _ = try await first.echo([1])
            _ = try await second.echo([1])
            let third = try await TTRPCClient.connect(path: path)
            #expect(await failure { try await third.echo([1]) }?.code == .resourceExhausted)
            #expect(try await first.echo([2]) == [2])
            await second.close()
            await third.close()
            // The server hears of the closing a moment after the client.
            var answer: [UInt8]?
            while answer == nil {
                let fourth = try await TTRPCClient.connect(path: path)
                answer = try? await fourth.echo([3])
                await fourth.close()
            }
            #expect(answer == [3])
            #expect(server.statistics.refusedConnections >= 1)
            await first.close()
        }
    }

    @Test("calls over a connection's or a uid's share are refused one by one", arguments: [true, false])
    func streams(perConnection: Bool) async throws {
        let handler = EchoHandler()
        let one = ServerConfiguration.with { configuration in
            if perConnection { configuration.maxStreamsPerConnection = 1 } else { configuration.maxStreamsPerUID = 1 }
        }
        try await withServer(one, handler: handler) { server, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Wait", [1]))
            await handler.started.wait()
            await caller.send(.request(3, "Echo"))
            let refusal = try await caller.receiveResponse(on: 3).status
            #expect(refusal?.code == StatusCode.resourceExhausted.rawValue)
            handler.release.fire()
            #expect(try await caller.receiveResponse(on: 1).payload == [1])
            await caller.send(.request(5, "Echo", [5]))
            #expect(try await caller.receiveResponse(on: 5).payload == [5])
        }
    }

    @Test("a message over the largest that was set is refused, one of just that size is not", arguments: [1, 2])
    func messages(mebibytes: Int) async throws {
        try await withServer(.with { $0.maxMessageBytes = mebibytes << 20 }) { _, path in
            let client = try await TTRPCClient.connect(path: path)
            // The envelope with the names is part of the message.
            let envelope = Frame.request(1, "Sum", [UInt8](repeating: 0, count: 1 << 19)).payload.count - (1 << 19)
            let most = (mebibytes << 20) - envelope - 2
            #expect(try await client.echo([UInt8](repeating: 1, count: most)).count == most)
            #expect(
                await failure { try await client.echo([UInt8](repeating: 1, count: mebibytes << 20)) }?.code
                    == .resourceExhausted)
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("a message over the uid's share of memory is refused, a smaller one is not")
    func bytes() async throws {
        try await withServer(.with { $0.maxBufferedBytesPerUID = 100_000 }) { server, path in
            let client = try await TTRPCClient.connect(path: path)
            #expect(
                await failure { try await client.echo([UInt8](repeating: 0, count: 200_000)) }?.code
                    == .resourceExhausted)
            #expect(try await client.echo([UInt8](repeating: 1, count: 40_000)).count == 40_000)
            #expect(server.statistics.refusedCalls == 1)
            await client.close()
        }
    }

    @Test("a message over its method's limit is refused, at the limit it is not")
    func methodLimit() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            func small(_ count: Int) async throws -> [UInt8] {
                try await client.unary(
                    service: EchoHandler.service, method: "Small", request: [UInt8](repeating: 1, count: count))
            }
            #expect(try await small(10).count == 10)
            #expect(await failure { try await small(11) }?.code == .resourceExhausted)
            let writer = try await client.clientStream(service: EchoHandler.service, method: "Sum")
            try await writer.send([UInt8](repeating: 1, count: 1 << 20))
            try await writer.send([UInt8](repeating: 1, count: (1 << 20) + 1))
            #expect(await failure { try await writer.finish() }?.code == .resourceExhausted)
            await client.close()
        }
    }

    @Test("when calls are over, nothing of any share is left taken")
    func nothingLeaks() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { server, path in
            let client = try await TTRPCClient.connect(path: path)
            for _ in 0..<20 {
                _ = try await client.echo([UInt8](repeating: 1, count: 1000))
                _ = await failure { try await client.unary(service: EchoHandler.service, method: "Nope", request: [1]) }
                let writer = try await client.clientStream(service: EchoHandler.service, method: "Reject")
                try? await writer.send([1, 2, 3])
                _ = await failure { try await writer.finish() }
            }
            _ = try await client.echo([1])
            await client.close()
            await server.drain(deadline: .seconds(10))
            let statistics = server.statistics
            #expect(statistics.calls == 0)
            #expect(statistics.bufferedBytes == 0)
            #expect(statistics.connections == 0)
        }
    }

    @Test("callers that vanish in any state leave nothing behind")
    func vanishingCallers() async throws {
        let folder = try TemporaryFolder()
        let server = try await TTRPCServer.start(
            on: .bind(path: folder.socket, mode: 0o600, group: nil), handler: EchoHandler(), logger: quiet)
        let halfFrame = Array(FrameEncoder.encode(.request(1, "Echo", [UInt8](repeating: 1, count: 5000))).prefix(900))
        let beginnings: [[UInt8]] = [
            [], [0], halfFrame,
            FrameEncoder.encode(FrameHeader(length: 4 << 20, streamID: StreamID(1), type: .request)),
            FrameEncoder.encode(FrameHeader(length: 5 << 20, streamID: StreamID(1), type: .request)),
            FrameEncoder.encode(.request(1, "Block")),
            FrameEncoder.encode(.request(1, "Flood", flags: .remoteClosed)),
            FrameEncoder.encode(.request(1, "Sum", [1], flags: .remoteOpen))
                + FrameEncoder.encode(.data(1, [UInt8](repeating: 2, count: 30_000))) + halfFrame,
            FrameEncoder.encode(.request(1, "Hold", flags: .remoteOpen))
                + FrameEncoder.encode(.data(1, [UInt8](repeating: 3, count: 100_000))),
            FrameEncoder.encode(.request(1, "Echo", [UInt8](repeating: 4, count: 100_000)))
                + FrameEncoder.encode(.request(3, "Capped")) + FrameEncoder.encode(.request(3, "Echo")),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<100 {
                group.addTask {
                    let caller = try RawCaller(path: folder.socket)
                    await caller.send(beginnings[round % beginnings.count])
                    if round.isMultiple(of: 2) { caller.closeSending() }
                }
            }
            try await group.waitForAll()
        }
        let client = try await TTRPCClient.connect(path: folder.socket)
        #expect(try await client.echo([1]) == [1])
        await client.close()
        #expect(await server.drain(deadline: .seconds(20)) == TTRPCServer.DrainReport(cancelled: 0, stillRunning: 0))
        let statistics = server.statistics
        #expect(statistics.calls == 0)
        #expect(statistics.bufferedBytes == 0)
        #expect(statistics.connections == 0)
    }

    @Test("out of descriptors, accepting pauses and then goes on")
    func outOfDescriptors() async throws {
        try await withServer { server, path in
            server.listener.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
            #expect(try await server.listener.getOption(.autoRead).get() == false)
            let client = try await TTRPCClient.connect(path: path)
            #expect(try await client.echo([1]) == [1])
            #expect(try await server.listener.getOption(.autoRead).get())
            await client.close()
        }
    }
}

import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

@Suite(.tags(.wire), .timeLimit(.minutes(1))) struct LifeTests {
    @Test("a caller that goes away cancels its handler's task", arguments: ["Block", "Hold", "Flood"])
    func disconnect(method: String) async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { server, path in
            let flags: FrameFlags = ["Block": [], "Hold": .remoteOpen][method] ?? .remoteClosed
            var caller: RawCaller? = try RawCaller(path: path)
            await caller?.send(.request(1, method, flags: flags))
            if method == "Flood" { _ = await caller?.receive() } else { await handler.started.wait() }
            caller?.closeBoth()
            caller = nil
            await handler.cancelled.wait()
        }
    }

    @Test("at the deadline the caller gets DEADLINE_EXCEEDED and the handler's task is cancelled")
    func deadline() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Block", timeout: 20_000_000))
            #expect(try await caller.receiveResponse(on: 1).status?.code == StatusCode.deadlineExceeded.rawValue)
            await handler.cancelled.wait()
            await caller.send(.request(3, "Echo", [1], timeout: .max))
            #expect(try await caller.receiveResponse(on: 3).payload == [1])
        }
    }

    @Test("a method's maximum cuts a longer wish, and stands in for a missing one", arguments: [0, Int64.max])
    func maximumDeadline(timeout: Int64) async throws {
        try await withServer { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Capped", timeout: timeout))
            #expect(try await caller.receiveResponse(on: 1).status?.code == StatusCode.deadlineExceeded.rawValue)
        }
    }

    @Test("an upload whose deadline passes ends for both sides")
    func uploadDeadline() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let writer = try await client.clientStream(
                service: EchoHandler.service, method: "Sum", timeout: .milliseconds(30))
            let failure = await failure {
                while true { try await writer.send([UInt8](repeating: 1, count: 1000)) }
            }
            #expect(failure?.code == .deadlineExceeded)
            await client.close()
        }
    }

    @Test("a timeout that is over before the call begins is DEADLINE_EXCEEDED")
    func pastDeadline() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let failure = await failure {
                try await client.unary(service: EchoHandler.service, method: "Echo", request: [], timeout: .zero)
            }
            #expect(failure?.code == .deadlineExceeded)
            await client.close()
        }
    }

    @Test("a draining server finishes what runs, refuses what is new, and is gone afterwards")
    func drain() async throws {
        let handler = EchoHandler()
        let folder = try TemporaryFolder()
        let server = try await TTRPCServer.start(
            on: .bind(path: folder.socket, mode: 0o600, group: nil), handler: handler, logger: quiet)
        let caller = try RawCaller(path: folder.socket)
        await caller.send(.request(1, "Wait", [8]))
        await handler.started.wait()
        let drained = Task { await server.drain(deadline: .seconds(30)) }
        var status = try await refusal(of: caller, from: 3)
        #expect(status == StatusCode.unavailable.rawValue)
        status = 0
        handler.release.fire()
        #expect(try await caller.receiveResponse(on: 1).payload == [8])
        #expect(await caller.receive() == nil)
        #expect(await drained.value == TTRPCServer.DrainReport(cancelled: 0, stillRunning: 0))
        #expect(folder.names.isEmpty)
        await #expect(throws: TransportError.unreachable(path: folder.socket, errno: 2)) {
            try await TTRPCClient.connect(path: folder.socket, connectTimeout: .zero)
        }
    }

    /// Calls until one is refused, for draining begins at a time of its own.
    private func refusal(of caller: RawCaller, from first: UInt32) async throws -> Int32 {
        var id = first
        while true {
            await caller.send(.request(id, "Echo"))
            if let status = try await caller.receiveResponse(on: id).status { return status.code }
            id += 2
        }
    }

    @Test("at the end of the drain time, running calls are cancelled with UNAVAILABLE")
    func drainDeadline() async throws {
        let handler = EchoHandler()
        let folder = try TemporaryFolder()
        let server = try await TTRPCServer.start(
            on: .bind(path: folder.socket, mode: 0o600, group: nil), handler: handler, logger: quiet)
        let caller = try RawCaller(path: folder.socket)
        await caller.send(.request(1, "Block"))
        await handler.started.wait()
        #expect(server.isListening)
        let report = await server.drain(deadline: .milliseconds(10))
        #expect(!server.isListening)
        #expect(report == TTRPCServer.DrainReport(cancelled: 1, stillRunning: 0))
        await handler.cancelled.wait()
        #expect(try await caller.receiveResponse(on: 1).status?.code == StatusCode.unavailable.rawValue)
        #expect(await caller.receive() == nil)
    }

    @Test("a drain does not wait for callers that do not read")
    func drainWithUnreadAnswers() async throws {
        let handler = EchoHandler()
        let folder = try TemporaryFolder()
        var configuration = ServerConfiguration()
        configuration.cancellationGrace = .milliseconds(500)
        let server = try await TTRPCServer.start(
            on: .bind(path: folder.socket, mode: 0o600, group: nil), configuration: configuration, handler: handler,
            logger: quiet)
        let caller = try RawCaller(path: folder.socket)
        await caller.send(.request(1, "Flood", flags: .remoteClosed))
        _ = await caller.receive()
        let report = await server.drain(deadline: .milliseconds(10))
        #expect(report.stillRunning == 0)
        await handler.cancelled.wait()
    }

    @Test("a connection past its maximum age finishes its calls and takes no more")
    func maximumAge() async throws {
        let handler = EchoHandler()
        try await withServer(.with { $0.connectionMaximumAge = .milliseconds(500) }, handler: handler) { _, path in
            let caller = try RawCaller(path: path)
            await caller.send(.request(1, "Wait", [8]))
            await handler.started.wait()
            #expect(try await refusal(of: caller, from: 3) == StatusCode.unavailable.rawValue)
            handler.release.fire()
            #expect(try await caller.receiveResponse(on: 1).payload == [8])
            #expect(await caller.receive() == nil)
            let idle = try RawCaller(path: path)
            #expect(await idle.receive() == nil)
        }
    }

    @Test("a frame that stops in its middle closes its connection; one that is between frames may wait")
    func stalledFrame() async throws {
        try await withServer(.with { $0.stalledFrameTimeout = .milliseconds(30) }) { _, path in
            let idle = try RawCaller(path: path)
            let caller = try RawCaller(path: path)
            await caller.send([0, 0, 0, 9, 0])
            #expect(await caller.receive() == nil)
            await idle.send(.request(1, "Echo", [1]))
            #expect(try await idle.receiveResponse(on: 1).payload == [1])
        }
    }
}

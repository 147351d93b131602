import Glibc
import TTRPC
import TestTags
import Testing

@testable import TTRPCNIO

@Suite(.tags(.wire), .timeLimit(.minutes(1))) struct CallTests {
    static let sizes = [0, 1, 100, 64 << 10, 4_000_000]

    @Test("a unary call brings its message there and back", arguments: sizes)
    func unary(size: Int) async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let message = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            #expect(try await client.echo(message) == message)
            await client.close()
        }
    }

    @Test("many calls run at the same time on one connection, each with its own answer")
    func concurrent() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 as Range<UInt8> {
                    group.addTask { try await client.echo([number]) == [number] }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: true, count: 100))
            await client.close()
        }
    }

    @Test("a handler's failure arrives with code, message and details unchanged")
    func failing() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let failure = await failure {
                try await client.unary(service: EchoHandler.service, method: "Fail", request: [])
            }
            #expect(failure == EchoHandler.failure)
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("metadata arrives in order, with repeated names")
    func metadata() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let answer = try await client.unary(
                service: EchoHandler.service, method: "Metadata", request: [],
                metadata: [("b", "1"), ("a", ""), ("b", "ü")])
            #expect(String(decoding: answer, as: UTF8.self) == "b=1;a=;b=ü")
            await client.close()
        }
    }

    @Test(
        "an unknown service or method is UNIMPLEMENTED, and the connection goes on",
        arguments: [("test.Echo", "Nope"), ("test.Nope", "Echo"), ("", "")])
    func unknown(service: String, method: String) async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let failure = await failure { try await client.unary(service: service, method: method, request: []) }
            #expect(failure?.code == .unimplemented)
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("a response that fits no frame is INTERNAL for its call alone")
    func hugeResponse() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let failure = await failure {
                try await client.unary(service: EchoHandler.service, method: "Huge", request: [])
            }
            #expect(failure?.code == .internal)
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("a request that fits no frame is refused before it is sent")
    func hugeRequest() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            await #expect(throws: TransportError.self) {
                try await client.echo([UInt8](repeating: 0, count: 4 << 20))
            }
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("a server stream yields its messages in order, empty ones too", arguments: [0, 1, 200] as [UInt8])
    func serverStream(count: UInt8) async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            for last in [[], [0xAB]] as [[UInt8]] {
                var messages: [[UInt8]] = []
                let stream = try await client.serverStream(
                    service: EchoHandler.service, method: "Count", request: [count] + last)
                for try await message in stream { messages.append(message) }
                #expect(messages == (0..<count).map { [$0] } + (last.isEmpty ? [] : [last]))
            }
            await client.close()
        }
    }

    @Test("a server stream that fails yields what came before, then the failure")
    func serverStreamFails() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            var messages: [[UInt8]] = []
            let failure = await failure {
                let stream = try await client.serverStream(
                    service: EchoHandler.service, method: "CountThenFail", request: [3])
                for try await message in stream { messages.append(message) }
                return messages
            }
            #expect(failure == EchoHandler.failure)
            #expect(messages == [[0], [1], [2]])
            await client.close()
        }
    }

    @Test("a client stream brings every message, empty ones too, and one answer back", arguments: [0, 1, 300])
    func clientStream(count: Int) async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let writer = try await client.clientStream(service: EchoHandler.service, method: "Sum")
            for index in 0..<count { try await writer.send([UInt8](repeating: 1, count: index)) }
            let answer = try await writer.finish()
            #expect(String(decoding: answer, as: UTF8.self) == "\(count):\(count * (count - 1) / 2)")
            await client.close()
        }
    }

    @Test("an upload that the server refuses gets the refusal, and its connection goes on")
    func refusedUpload() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let writer = try await client.clientStream(service: EchoHandler.service, method: "Reject")
            let failure = await failure {
                for _ in 0..<1000 { try await writer.send([UInt8](repeating: 1, count: 10_000)) }
                return try await writer.finish()
            }
            #expect(failure == EchoHandler.failure)
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }

    @Test("the handler sees its caller's uid, gid and groups")
    func identity() async throws {
        try await withServer { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let answer = try await client.unary(service: EchoHandler.service, method: "WhoAmI", request: [])
            let groups = getgroups(0, nil)
            #expect(String(decoding: answer, as: UTF8.self) == "\(geteuid()):\(getegid()):\(groups)")
            await client.close()
        }
    }

    @Test("a call whose task is cancelled ends at once and leaves the connection usable")
    func cancelledCaller() async throws {
        let handler = EchoHandler()
        try await withServer(handler: handler) { _, path in
            let client = try await TTRPCClient.connect(path: path)
            let call = Task {
                try await client.unary(service: EchoHandler.service, method: "Wait", request: [])
            }
            await handler.started.wait()
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(try await client.echo([1]) == [1])
            await client.close()
        }
    }
}

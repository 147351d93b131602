import Domain
import ReviewPackAPI
import TTRPC
import TTRPCNIO
import TestTags
import Testing

@testable import ReviewPackClient

@Suite("A service that hangs cannot hold its callers", .tags(.wire, .limits))
struct SilenceTests {
    /// A handler that never answers; it ends when its caller is gone.
    private static let hang: TestServer.Handler = { _ throws(RPCFailure) in
        for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3600)) }) {}
        return nil
    }

    private func expectDeadline(_ error: any Error) -> Bool {
        (error as? ClientError)?.faultKind == .refusal(.deadlineExceeded)
    }

    @Test("a unary call ends at its deadline, which goes to the service too", .timeLimit(.minutes(1)))
    func unary() async throws {
        try await TestServer.serving { server in
            server.on(Methods.directoryServiceWhoAmI, Self.hang)
        } _: { client, _ in
            await #expect {
                try await client.whoAmI(timeout: .milliseconds(50))
            } throws: { expectDeadline($0) }
        }
    }

    @Test("a call over a transport that gets no answer at all says so, with what to do", .timeLimit(.minutes(1)))
    func silentSocket() async throws {
        let socket = try SilentSocket()
        let client = try await ReviewPackClient.connect(to: ClientAddress(socket.path), connectTimeout: .zero)
        await #expect(throws: ClientError.silent(for: .milliseconds(50))) {
            try await client.whoAmI(timeout: .milliseconds(50))
        }
        await #expect(throws: ClientError.silent(for: .milliseconds(50))) {
            try await client.watch("x", firstWithin: .milliseconds(50)) { _ in }
        }
        await client.close()
    }

    @Test("a download that stops in the middle ends when nothing came for its limit", .timeLimit(.minutes(1)))
    func download() async throws {
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceDownload) { (call) throws(RPCFailure) in
                let header = Proto.DownloadHeader(size: 2, sha256: [UInt8](repeating: 0, count: 32))
                try await call.send(Proto.DownloadResponse(part: .header(header)).serialized())
                try await call.send(Proto.DownloadResponse(part: .chunk([1])).serialized())
                return try await Self.hang(call)
            }
        } _: { client, server in
            var sink = CountingSink()
            await #expect {
                try await client.download(token: "t", into: &sink, silence: .seconds(5))
            } throws: { expectDeadline($0) }
            #expect(sink.received == 1)
            #expect(server.called.count == 1, "a silent service is not asked again")
        }
    }
}

/// Counts what came.
struct CountingSink: DownloadSink {
    var received = 0
    mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError) {}
    mutating func append(_ bytes: [UInt8]) async throws(ClientError) { received += bytes.count }
}

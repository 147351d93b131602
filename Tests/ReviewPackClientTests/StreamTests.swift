import ClientTesting
import Crypto
import Domain
import Glibc
import ReviewPackAPI
import Synchronization
import TTRPC
import TTRPCNIO
import TestTags
import Testing

@testable import ReviewPackClient

@Suite("Imports and downloads over a real socket", .tags(.wire))
struct StreamTests {
    private static let content = [UInt8]((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 11) })

    @Test("an import arrives whole, header first, whatever its source hands out")
    func upload() async throws {
        try await TestServer.serving { server in
            server.on(Methods.ingestServiceImportFindings) { (call) throws(RPCFailure) in
                var bytes: [UInt8] = []
                var largest = 0
                for try await message in call.inbound {
                    switch try Proto.ImportFindingsRequest.decoded(message).part {
                    case .chunk(let chunk)?:
                        bytes += chunk
                        largest = max(largest, chunk.count)
                    case .header?, nil: break
                    }
                }
                var response = Proto.ImportFindingsResponse()
                response.inputSHA256 = Array(SHA256.hash(data: bytes))
                response.read = Int64(largest)
                return response.serialized()
            }
        } _: { client, _ in
            let sent = Mutex<[Int64]>([])
            let response = try await client.importFindings(
                Proto.ImportFindingsHeader(tenant: "t"), from: MemorySource(Self.content),
                progress: { count in sent.withLock { $0.append(count) } })
            #expect(response.inputSHA256 == Array(SHA256.hash(data: Self.content)))
            #expect(response.read == 256 << 10)
            #expect(sent.withLock { $0 } == [262_144, 524_288, 786_432, 1_000_000])
        }
    }

    @Test("an import that the service refuses early ends with its reason, and other calls go on")
    func refusedUpload() async throws {
        try await TestServer.serving { server in
            server.on(Methods.ingestServiceImportReport) { (_) throws(RPCFailure) in
                throw RPCFailure(code: .resourceExhausted, message: "too large")
            }
            server.on(Methods.directoryServiceWhoAmI) { _ in Proto.WhoAmIResponse(uid: 1).serialized() }
        } _: { client, _ in
            await #expect {
                try await client.importReport(Proto.ImportReportHeader(tenant: "t"), from: EndlessSource())
            } throws: {
                ($0 as? ClientError)?.remoteCode == .resourceExhausted
            }
            let answer = try await client.whoAmI()
            #expect(answer.uid == 1)
        }
    }

    @Test("a source that cannot be read ends the import with its own error")
    func brokenSource() async throws {
        try await TestServer.serving { server in
            server.on(Methods.ingestServiceImportFindings) { (call) throws(RPCFailure) in
                for try await _ in call.inbound {}
                return []
            }
        } _: { client, _ in
            let directory = open("/", O_RDONLY | O_DIRECTORY)
            defer { close(directory) }
            await #expect {
                try await client.importFindings(
                    Proto.ImportFindingsHeader(), from: DescriptorSource(descriptor: directory, name: "x"))
            } throws: {
                ($0 as? ClientError)?.faultKind == .io
            }
        }
    }

    @Test("a pipe's short reads become full chunks")
    func pipeSource() async throws {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        let feeder = Task.detached {
            for piece in 0..<10 {
                _ = [UInt8](repeating: UInt8(piece), count: 1000).withUnsafeBytes {
                    write(writing, $0.baseAddress, 1000)
                }
            }
            close(writing)
        }
        let source = DescriptorSource(descriptor: reading, name: "pipe")
        #expect(try await source.read(upTo: 9999).count == 9999)
        #expect(try await source.read(upTo: 9999) == [9])
        #expect(try await source.read(upTo: 9999).isEmpty)
        await feeder.value
        close(reading)
    }

    private func header(_ bytes: [UInt8] = content) -> Proto.DownloadResponse {
        Proto.DownloadResponse(
            part: .header(
                Proto.DownloadHeader(
                    fileName: "p.zip", contentType: "application/zip", size: Int64(bytes.count),
                    sha256: Array(SHA256.hash(data: bytes)), pack: "x")))
    }

    @Test("a download arrives whole and is checked against its digest")
    func download() async throws {
        let header = header()
        try await TestServer.serving { server in
            server.on(Methods.reviewPackServiceDownload) { (call) throws(RPCFailure) in
                try await call.send(header.serialized())
                for start in stride(from: 0, to: Self.content.count, by: 300_000) {
                    let chunk = Array(Self.content[start..<min(start + 300_000, Self.content.count)])
                    try await call.send(Proto.DownloadResponse(part: .chunk(chunk)).serialized())
                }
                return nil
            }
        } _: { client, _ in
            var sink = MemorySink()
            let answer = try await client.download(token: "t", into: &sink)
            #expect(answer.size == 1_000_000)
            #expect(sink.bytes == Self.content)
            #expect(sink.begun == 1)
        }
    }

    @Test("a download whose connection is lost goes on from the bytes that came")
    func resumed() async throws {
        let transport = LossyTransport(content: Self.content, header: header(), losses: 2)
        let client = ReviewPackClient(address: .standard, connection: nil, dial: { transport })
        var sink = MemorySink()
        _ = try await client.download(token: "t", into: &sink)
        #expect(sink.bytes == Self.content)
        #expect(sink.begun == 1)
        #expect(transport.offsets == [0, 300_000, 600_000])
    }

    @Test("it gives up when the connection is lost again and again, and when the file is another one")
    func notResumed() async throws {
        let unlucky = LossyTransport(content: Self.content, header: header(), losses: 9)
        var sink = MemorySink()
        await #expect(throws: ClientError.connectionLost(address: ClientAddress.standard.path)) {
            try await ReviewPackClient(address: .standard, connection: nil, dial: { unlucky })
                .download(token: "t", into: &sink)
        }
        #expect(unlucky.offsets.count == 3)
        let changing = LossyTransport(
            content: Self.content, header: header(), losses: 1, headerAfterLoss: header([1, 2, 3]))
        var other = MemorySink()
        await #expect(throws: ClientError.protocolViolation("the download went on with another file")) {
            try await ReviewPackClient(address: .standard, connection: nil, dial: { changing })
                .download(token: "t", into: &other)
        }
    }
}

/// Keeps what was downloaded.
private struct MemorySink: DownloadSink {
    var bytes: [UInt8] = []
    var begun = 0

    mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError) { begun += 1 }
    mutating func append(_ bytes: [UInt8]) async throws(ClientError) { self.bytes += bytes }
}

/// Never ends.
private struct EndlessSource: ByteSource {
    func read(upTo count: Int) async throws(ClientError) -> [UInt8] { [UInt8](repeating: 32, count: count) }
}

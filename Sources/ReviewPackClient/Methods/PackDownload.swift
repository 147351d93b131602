import Crypto
import Domain
public import ReviewPackAPI

/// Where a downloaded pack goes.
public protocol DownloadSink {
    /// Called once, before any bytes.
    mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError)
    /// Takes the next bytes, in order.
    mutating func append(_ bytes: [UInt8]) async throws(ClientError)
}

extension ReviewPackClient {
    /// How often a download whose connection is lost, or that the service cuts when it stops, goes on from where it
    /// stopped.
    static let downloadAttempts = 3

    /// How long a download waits for the next bytes. In all it may take as long as the service lets it.
    static let downloadSilence = Duration.seconds(60)

    /// Streams a pack's file into `sink` and returns its header when size and SHA-256 were those announced.
    ///
    /// Throws `.local` with exit 65 when they were not: then what the sink has must be thrown away. A lost connection
    /// is opened again and the download goes on from the bytes that came; the file must be the same one, by its digest.
    public func download(
        token: String, into sink: inout some DownloadSink
    ) async throws(ClientError) -> Proto.DownloadHeader {
        try await download(token: token, into: &sink, silence: Self.downloadSilence)
    }

    func download(
        token: String, into sink: inout some DownloadSink, silence: Duration
    ) async throws(ClientError) -> Proto.DownloadHeader {
        var transfer = DownloadTransfer()
        var attempt = 1
        while true {
            do {
                return try await downloadRest(token: token, transfer: &transfer, sink: &sink, silence: silence)
            } catch {
                guard error.isOfRestart, attempt < Self.downloadAttempts else { throw error }
                attempt += 1
            }
        }
    }

    private func downloadRest(
        token: String, transfer: inout DownloadTransfer, sink: inout some DownloadSink, silence: Duration
    ) async throws(ClientError) -> Proto.DownloadHeader {
        let connection = try await ownConnection()
        let result: Result<Proto.DownloadHeader, ClientError>
        do {
            let request = Proto.DownloadRequest(token: token, offset: transfer.received)
            let messages = try await connection.serverStream(
                outgoing(Methods.reviewPackServiceDownload), request: request.serialized())
            transfer.startStream()
            let limit = SilenceLimit(silence, on: connection)
            while let bytes = try await limit.wait(messages.next) {
                switch try Proto.DownloadResponse(serialized: bytes).part {
                case .header(let header): if try transfer.accept(header) { try await sink.begin(header) }
                case .chunk(let chunk):
                    try transfer.accept(chunk)
                    try await sink.append(chunk)
                case nil: throw ClientError.protocolViolation("a download message without a part")
                }
            }
            result = .success(try transfer.finish())
        } catch {
            result = .failure(ClientError(error, address: address))
        }
        await connection.close()
        return try result.get()
    }
}

/// What a download knows of its bytes: the header comes first in every stream, then exactly the announced number of
/// bytes.
struct DownloadTransfer {
    private(set) var header: Proto.DownloadHeader?
    private(set) var received: Int64 = 0
    private var hasher = SHA256()
    private var headerSeenInStream = false

    mutating func startStream() { headerSeenInStream = false }

    /// Returns whether this is the download's first header; a later stream must be of the same file.
    mutating func accept(_ next: Proto.DownloadHeader) throws(ClientError) -> Bool {
        guard !headerSeenInStream else { throw .protocolViolation("a download with two headers") }
        headerSeenInStream = true
        guard next.size >= 0, next.sha256.count == SHA256Digest.byteCount else {
            throw .protocolViolation("a download's header without size or digest")
        }
        guard let header else {
            header = next
            return true
        }
        guard header.sha256 == next.sha256, header.size == next.size else {
            throw .protocolViolation("the download went on with another file")
        }
        return false
    }

    mutating func accept(_ chunk: [UInt8]) throws(ClientError) {
        guard headerSeenInStream, let header else { throw .protocolViolation("a download without a header") }
        guard Int64(chunk.count) <= header.size - received else { throw Self.mismatch("is longer than announced") }
        received += Int64(chunk.count)
        hasher.update(data: chunk)
    }

    func finish() throws(ClientError) -> Proto.DownloadHeader {
        guard headerSeenInStream, let header else { throw .protocolViolation("a download without a header") }
        guard received == header.size else { throw Self.mismatch("ended after \(received) of \(header.size) bytes") }
        guard hasher.finalize().elementsEqual(header.sha256) else {
            throw Self.mismatch("does not have the SHA-256 that the service announced")
        }
        return header
    }

    private static func mismatch(_ what: String) -> ClientError {
        .fault(
            .badData, "the downloaded pack \(what); nothing was kept",
            advice: "download it again; if it recurs, tell the operator")
    }
}

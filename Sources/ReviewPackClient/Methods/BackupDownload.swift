import Crypto
import Domain
public import ReviewPackAPI

/// Where a backup goes.
public protocol BackupSink {
    /// Called once, before any bytes.
    mutating func begin(_ header: Proto.BackupHeader) async throws(ClientError)
    /// Takes the next bytes, in order.
    mutating func append(_ bytes: [UInt8]) async throws(ClientError)
}

/// A backup that has come whole.
public struct ReceivedBackup: Equatable, Sendable {
    public var header: Proto.BackupHeader
    public var sha256: [UInt8]
}

extension ReviewPackClient {
    /// Streams a backup's archive into `sink` and returns what it was when size and SHA-256 were those announced.
    ///
    /// Throws `.local` with exit 65 when they were not, and any other error when the stream ended early: then what the
    /// sink has must be thrown away. A backup whose connection is lost cannot go on: the next one is another snapshot.
    public func backup(
        withoutPacks: Bool = false, into sink: inout some BackupSink
    ) async throws(ClientError) -> ReceivedBackup {
        let connection = try await ownConnection()
        let result: Result<ReceivedBackup, ClientError>
        do {
            let request = Proto.BackupRequest(withoutPacks: withoutPacks)
            let messages = try await connection.serverStream(
                outgoing(Methods.maintenanceServiceBackup), request: request.serialized())
            var transfer = BackupTransfer()
            while let bytes = try await messages.next() {
                let message = try Proto.BackupResponse(serialized: bytes)
                try transfer.accept(message)
                switch message.part {
                case .header(let header): try await sink.begin(header)
                case .chunk(let chunk): try await sink.append(chunk)
                case .trailer, nil: break
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

/// What a backup knows of its bytes: a header, exactly the announced number of bytes, a trailer with their digest,
/// nothing after it.
struct BackupTransfer {
    private var header: Proto.BackupHeader?
    private var trailer: Proto.BackupTrailer?
    private var received: Int64 = 0
    private var hasher = SHA256()

    mutating func accept(_ message: Proto.BackupResponse) throws(ClientError) {
        guard trailer == nil else { throw .protocolViolation("a backup that goes on after its trailer") }
        switch message.part {
        case .header(let next):
            guard header == nil, next.size >= 0 else { throw .protocolViolation("a backup's header that cannot be") }
            header = next
        case .chunk(let chunk):
            guard let header else { throw .protocolViolation("a backup without a header") }
            guard Int64(chunk.count) <= header.size - received else { throw Self.mismatch("is longer than announced") }
            received += Int64(chunk.count)
            hasher.update(data: chunk)
        case .trailer(let next):
            guard header != nil else { throw .protocolViolation("a backup without a header") }
            trailer = next
        case nil: throw .protocolViolation("a backup message without a part")
        }
    }

    func finish() throws(ClientError) -> ReceivedBackup {
        guard let header else { throw .protocolViolation("a backup without a header") }
        guard received == header.size, let trailer else {
            throw Self.mismatch("ended after \(received) of \(header.size) bytes")
        }
        guard hasher.finalize().elementsEqual(trailer.sha256) else {
            throw Self.mismatch("does not have the SHA-256 that the service announced")
        }
        return ReceivedBackup(header: header, sha256: trailer.sha256)
    }

    private static func mismatch(_ what: String) -> ClientError {
        .fault(
            .badData, "the backup \(what); nothing was kept",
            advice: "take it again; if it recurs, look into the journal (`journalctl -u reviewpackd`)")
    }
}

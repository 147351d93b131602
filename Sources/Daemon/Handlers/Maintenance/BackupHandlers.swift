import Crypto
import Domain
import Logging
import ReviewPackAPI
import Storage
import TTRPCNIO

/// `Backup`: a header, the bytes of a tar archive in order, a trailer with their SHA-256.
enum BackupHandlers {
    static func backup(
        _ request: Proto.BackupRequest, _ context: CallContext, _ responses: ResponseStream<Proto.BackupResponse>
    ) async throws {
        try context.admitToSystem()
        let archive = try await context.store.beginBackup(
            withoutPacks: request.withoutPacks, serverVersion: context.core.version, stamp: context.stamp())
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await send(archive, context, responses)) } catch { outcome = .failure(error) }
        // However it ends, the copy goes before the call does; the disk work has no other way to be stopped.
        try? await context.core.disk.run(for: context.caller.peer.uid) { archive.close() }
        try outcome.get()
    }

    /// Sends everything; a caller that does not read holds at most one piece here.
    private static func send(
        _ archive: BackupArchive, _ context: CallContext, _ responses: ResponseStream<Proto.BackupResponse>
    ) async throws {
        let header = Proto.BackupHeader(
            takenAt: archive.takenAt, serverVersion: context.core.version, packs: archive.packs, size: archive.size)
        try await responses.send(Proto.BackupResponse(part: .header(header)))
        var hash = SHA256()
        while let piece = try await next(archive, context) {
            hash.update(data: piece)
            try await responses.send(Proto.BackupResponse(part: .chunk(piece)))
        }
        let trailer = Proto.BackupTrailer(sha256: Array(hash.finalize()))
        try await responses.send(Proto.BackupResponse(part: .trailer(trailer)))
    }

    private static func next(_ archive: BackupArchive, _ context: CallContext) async throws -> [UInt8]? {
        do {
            return try await context.core.disk.run(for: context.caller.peer.uid) { try archive.next() }
        } catch let error as ProductError where error.reason == .packCorrupted {
            context.core.logger.critical(
                "a stored pack does not match its digests; the backup was ended",
                metadata: ["pack": "\(error.metadata["pack"] ?? "")"])
            throw error
        }
    }
}

import Bytes
import Crypto
import Domain
import Logging
import ReviewPackAPI
import Storage
import TTRPCNIO

/// Handing out a pack's bytes: only against a token, and only blocks that match their stored digest.
enum DownloadHandlers {
    static func issueToken(
        _ request: Proto.IssueDownloadTokenRequest, _ context: CallContext
    ) async throws -> Proto.IssueDownloadTokenResponse {
        let pack = try await context.pack(request.pack)
        try pack.admitDownload(at: context.now)
        let issuedAt = context.now
        let life = issuedAt.advanced(byMinutes: context.core.settings.downloadTokenTTLMinutes)
        let expiresAt = min(life, pack.expiresAt ?? life)
        try await context.store.recordRead(
            AuditEntry(
                .issueToken, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id,
                details: ["token_expires_at": expiresAt.description]),
            stamp: context.stamp())
        var response = Proto.IssueDownloadTokenResponse()
        response.token = context.core.tokens.issue(
            pack: pack.id, uid: context.caller.peer.uid, subject: context.caller.subject, issuedAt: issuedAt,
            expiresAt: expiresAt)
        response.expiresAt = expiresAt
        return response
    }

    static func download(
        _ request: Proto.DownloadRequest, _ context: CallContext, _ responses: ResponseStream<Proto.DownloadResponse>
    ) async throws {
        let claims = try context.core.tokens.open(request.token)
        let source = try await open(claims, offset: request.offset, context)
        try await audit(source.pack, offset: request.offset, context)
        var header = Proto.DownloadResponse()
        header.part = .header(Proto.DownloadHeader(source))
        try await responses.send(header)
        try await send(source, from: request.offset, claims, context, responses)
    }

    /// Sends the blocks from `start` on, each compared with its digest; what is sent whole is compared with the digest
    /// of the whole.
    private static func send(
        _ source: PackBlocks, from start: Int64, _ claims: TokenClaims, _ context: CallContext,
        _ responses: ResponseStream<Proto.DownloadResponse>
    ) async throws {
        var whole = start == 0 ? SHA256() : nil
        var offset = start
        while offset < source.size {
            // A pack that expires while it is being downloaded is cut off: expired means that the bytes are gone.
            try await redeem(claims, context)
            let chunk = try await source.read(at: offset, atMost: RenderedPack.blockSize, addingTo: &whole)
            offset += Int64(chunk.count)
            var message = Proto.DownloadResponse()
            message.part = .chunk(chunk)
            try await responses.send(message)
        }
        if let whole { try source.admit(whole) }
    }

    static func readChunk(
        _ request: Proto.ReadChunkRequest, _ context: CallContext
    ) async throws -> Proto.ReadChunkResponse {
        let claims = try context.core.tokens.open(request.token)
        let source = try await open(claims, offset: request.offset, context)
        guard request.length >= 0 else { throw ProductError.invalid("length", "must not be negative") }
        let length = request.length == 0 ? RenderedPack.blockSize : min(Int(request.length), RenderedPack.blockSize)
        if !context.core.downloads.knows(claims) {
            try await audit(source.pack, offset: request.offset, context)
            context.core.downloads.note(claims)
        }
        var response = Proto.ReadChunkResponse()
        response.header = Proto.DownloadHeader(source)
        if request.offset < source.size {
            response.chunk = try await source.read(at: request.offset, atMost: length)
        }
        return response
    }

    /// The order after the signature: its key is in force still, token time, caller and subject,
    /// membership, view, pack.
    @discardableResult
    private static func redeem(_ claims: TokenClaims, _ context: CallContext) async throws -> PackRecord {
        try context.core.tokens.requireKey(of: claims)
        try claims.admit(uid: context.caller.peer.uid, subject: context.caller.subject, now: context.now)
        let pack = try await context.pack(claims.pack)
        try pack.admitDownload(at: context.now)
        return pack
    }

    private static func open(_ claims: TokenClaims, offset: Int64, _ context: CallContext) async throws -> PackBlocks {
        let pack = try await redeem(claims, context)
        let digests = try await context.store.blockDigests(of: pack.id)
        let source: PackBlocks
        do {
            source = try PackBlocks(
                pack, digests: digests, files: context.store.files, disk: context.core.disk,
                uid: context.caller.peer.uid, logger: context.core.logger)
        } catch {
            if (error as? ProductError)?.reason == .packCorrupted {
                // It may have expired since its row was read; then its file is gone as it should be.
                try await redeem(claims, context)
                context.core.logger.critical(
                    "a stored pack's file is missing, or is not the one that was published",
                    metadata: ["pack": "\(pack.id)"])
            }
            throw error
        }
        guard offset >= 0, offset <= source.size else {
            throw ProductError.invalid("offset", "must be between 0 and the pack's size, \(source.size)")
        }
        return source
    }

    private static func audit(_ pack: PackRecord, offset: Int64, _ context: CallContext) async throws {
        try await context.store.recordRead(
            AuditEntry(
                .downloadPack, workspaceID: pack.workspaceID, tenantID: pack.tenantID, packID: pack.id,
                details: ["offset": "\(offset)"]),
            stamp: context.stamp())
    }
}

extension PackRecord {
    /// Only a ready pack before its expiry can be handed out.
    func admitDownload(at now: UnixMillis) throws {
        switch status(at: now) {
        case .ready: return
        case .expired:
            throw ProductError(.packExpired, "the pack has expired and its file is gone")
        case .queued, .generating, .failed:
            throw ProductError(
                .packNotReady, "the pack is \(storedStatus.word), not ready", metadata: ["status": storedStatus.word])
        }
    }
}

extension Proto.DownloadHeader {
    init(_ blocks: PackBlocks) {
        self.init()
        fileName = blocks.fileName
        contentType = "application/zip"
        size = blocks.size
        sha256 = blocks.sha256.bytes
        pack = blocks.pack.id.description
    }
}

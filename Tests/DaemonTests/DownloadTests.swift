import Crypto
import Domain
import Foundation
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("Downloads", .tags(.packs, .access))
struct DownloadTests {
    func token(_ fixture: ServiceFixture, _ pack: String, uid: UInt32 = 0) async throws -> String {
        var request = Proto.IssueDownloadTokenRequest()
        request.pack = pack
        return try await fixture.call(
            Methods.reviewPackServiceIssueDownloadToken, request, as: ServiceFixture.peer(uid)
        ).token
    }

    func download(
        _ fixture: ServiceFixture, _ token: String, offset: Int64 = 0, uid: UInt32 = 0,
        onMessage: @escaping @Sendable (Proto.DownloadResponse) async throws -> Void = { _ in }
    ) async throws -> (header: Proto.DownloadHeader, bytes: [UInt8]) {
        var request = Proto.DownloadRequest()
        request.token = token
        request.offset = offset
        let parts = try await fixture.stream(
            Methods.reviewPackServiceDownload, request, as: ServiceFixture.peer(uid), onMessage: onMessage)
        var header = Proto.DownloadHeader()
        var bytes: [UInt8] = []
        for part in parts {
            switch part.part {
            case .header(let value): header = value
            case .chunk(let chunk): bytes += chunk
            case nil: break
            }
        }
        return (header, bytes)
    }

    @Test("send a header that describes the file, then exactly its bytes")
    func whole() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.importFindings()
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        #expect(pack.status == .ready)
        let (header, bytes) = try await download(fixture, token(fixture, pack.id))
        #expect(header.fileName == "review-pack-\(ServiceFixture.contoso)-2026-03-01.zip")
        #expect(header.contentType == "application/zip")
        #expect(header.size == Int64(bytes.count))
        #expect(header.sha256 == Array(SHA256.hash(data: bytes)))
        #expect(pack.sha256 == header.sha256)
    }

    @Test("go on from any offset, up to the very end")
    func offsets() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        let token = try await token(fixture, pack.id)
        let whole = try await download(fixture, token).bytes
        for offset in [1, 100, whole.count - 1, whole.count] {
            #expect(try await download(fixture, token, offset: Int64(offset)).bytes == Array(whole[offset...]))
        }
        for offset in [-1, Int64(whole.count) + 1] {
            #expect(await fixture.reason { _ = try await download(fixture, token, offset: offset) } == "INVALID_FIELD")
        }
    }

    @Test("in single calls give the same bytes, an empty chunk at the end, and one audit event a token")
    func singleCalls() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.finished(fixture.generate().pack?.id ?? "")
        let token = try await token(fixture, pack.id)
        let whole = try await download(fixture, token).bytes
        var bytes: [UInt8] = []
        while true {
            var request = Proto.ReadChunkRequest()
            request.token = token
            request.offset = Int64(bytes.count)
            request.length = 700
            let response = try await fixture.call(Methods.reviewPackServiceReadChunk, request)
            if response.chunk.isEmpty { break }
            bytes += response.chunk
        }
        #expect(bytes == whole)
        var filter = Proto.ListAuditEventsRequest()
        filter.action = "review_pack.download"
        let events = try await fixture.call(Methods.maintenanceServiceListAuditEvents, filter).events
        #expect(
            events.map(\.method) == [
                "reviewpack.v1.ReviewPackService/Download", "reviewpack.v1.ReviewPackService/ReadChunk",
            ])
    }

    @Test("never send a block that does not match its digest")
    func corruption() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(.ready)
        let token = try await token(fixture, pack.id.description)
        let file = fixture.directory.appending(path: "exports").appending(path: try #require(pack.file))
        let handle = try FileHandle(forUpdating: file)
        try handle.seek(toOffset: 40)
        try handle.write(contentsOf: Data([0xFF, 0xFF, 0xFF]))
        try handle.close()
        #expect(await fixture.reason { _ = try await download(fixture, token) } == "PACK_CORRUPTED")
        var request = Proto.ReadChunkRequest()
        request.token = token
        #expect(
            await fixture.reason { _ = try await fixture.call(Methods.reviewPackServiceReadChunk, request) }
                == "PACK_CORRUPTED")
    }

    @Test("are cut when the pack expires on the way")
    func expiryCuts() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(.ready)
        let token = try await token(fixture, pack.id.description)
        let reason = await fixture.reason {
            _ = try await download(fixture, token) { message in
                guard case .header = message.part else { return }
                var request = Proto.ExpirePackRequest()
                request.id = pack.id.description
                _ = try await fixture.call(Methods.reviewPackServiceExpire, request)
            }
        }
        #expect(reason == "PACK_EXPIRED")
    }

    @Test(
        "are cut when the key of their token is revoked on the way, and go on when it is rotated",
        arguments: [true, false])
    func keyEnds(isRevoked: Bool) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(.ready)
        let token = try await token(fixture, pack.id.description)
        let old = fixture.core.tokens.keys
        let reason = await fixture.reason {
            _ = try await download(fixture, token) { message in
                guard case .header = message.part else { return }
                let new = [TokenKey.make(at: fixture.now)]
                fixture.core.replace(tokenKeys: try TokenKeys(isRevoked ? new : old.keys + new))
            }
        }
        #expect(reason == (isRevoked ? "TOKEN_INVALID" : nil))
    }

    @Test("answer each wrong token with its own reason")
    func wrongTokens() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        try await fixture.grant(.viewer, to: .user(uid: 1000))
        try await fixture.grant(.viewer, to: .user(uid: 1001))
        let pack = try await fixture.makePack(.ready)
        let good = try await token(fixture, pack.id.description, uid: 1000)

        #expect(await fixture.reason { _ = try await download(fixture, "rp1.forged", uid: 1000) } == "TOKEN_INVALID")
        #expect(await fixture.reason { _ = try await download(fixture, good, uid: 1001) } == "TOKEN_CALLER")
        let absent = fixture.core.tokens.issue(
            pack: PackID(high: 1, low: 1), uid: 1000, subject: nil, issuedAt: fixture.now, expiresAt: .latest)
        #expect(await fixture.reason { _ = try await download(fixture, absent, uid: 1000) } == "NOT_FOUND")
        let hidden = fixture.core.tokens.issue(
            pack: pack.id, uid: 1002, subject: nil, issuedAt: fixture.now, expiresAt: .latest)
        #expect(await fixture.reason { _ = try await download(fixture, hidden, uid: 1002) } == "NOT_FOUND")

        fixture.advance(minutes: 60)
        #expect(await fixture.reason { _ = try await download(fixture, good, uid: 1000) } == "TOKEN_EXPIRED")
    }

    @Test(
        "and tokens are refused for a pack that is not ready or has expired, to those who may view it",
        arguments: [
            (.queued, "PACK_NOT_READY"), (.generating, "PACK_NOT_READY"), (.failed, "PACK_NOT_READY"),
            (.expired, "PACK_EXPIRED"),
        ] as [(PackStatus, String)])
    func notReady(status: PackStatus, reason: String) async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(status)
        #expect(await fixture.reason { _ = try await token(fixture, pack.id.description) } == reason)
        let issued = fixture.core.tokens.issue(
            pack: pack.id, uid: 0, subject: nil, issuedAt: fixture.now, expiresAt: .latest)
        #expect(await fixture.reason { _ = try await download(fixture, issued) } == reason)
    }

    @Test("a token never outlives its pack")
    func tokenExpiry() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(.ready)
        fixture.advance(days: 89, minutes: 23 * 60 + 30)
        var request = Proto.IssueDownloadTokenRequest()
        request.pack = pack.id.description
        let response = try await fixture.call(Methods.reviewPackServiceIssueDownloadToken, request)
        #expect(response.expiresAt == pack.expiresAt)
        fixture.advance(minutes: 30)
        #expect(await fixture.reason { _ = try await download(fixture, response.token) } == "TOKEN_EXPIRED")
        #expect(await fixture.reason { _ = try await token(fixture, pack.id.description) } == "PACK_EXPIRED")
    }
}

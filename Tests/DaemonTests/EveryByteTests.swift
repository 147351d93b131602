import Domain
import Foundation
import ReviewPackAPI
import Storage
import TestTags
import Testing

@testable import Daemon

@Suite("Every byte of a stored pack", .tags(.packs, .durability))
struct EveryByteTests {
    @Test("is guarded: with any one of them changed nothing of the pack is sent")
    func everyByte() async throws {
        let fixture = try ServiceFixture()
        try await fixture.makeTenant()
        let pack = try await fixture.makePack(.ready)
        let token = try await fixture.call(
            Methods.reviewPackServiceIssueDownloadToken, Proto.IssueDownloadTokenRequest(pack: pack.id.description)
        ).token
        let path = fixture.directory.appending(path: "exports").appending(path: try #require(pack.file))
        let whole = try Data(contentsOf: path)
        let file = try FileHandle(forUpdating: path)
        let request = Proto.ReadChunkRequest(token: token)
        #expect(try await fixture.call(Methods.reviewPackServiceReadChunk, request).chunk == Array(whole))
        for (index, byte) in whole.enumerated() {
            try file.seek(toOffset: UInt64(index))
            try file.write(contentsOf: Data([byte ^ (1 << UInt8(index % 8))]))
            let reason = await fixture.reason {
                _ = try await fixture.call(Methods.reviewPackServiceReadChunk, request)
            }
            #expect(reason == "PACK_CORRUPTED", "byte \(index)")
            try file.seek(toOffset: UInt64(index))
            try file.write(contentsOf: Data([byte]))
        }
        #expect(try await fixture.call(Methods.reviewPackServiceReadChunk, request).chunk == Array(whole))
    }
}

import ClientTesting
import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

/// What somebody with access to the disk does to a pack, and the word by which a check names it.
private struct Tampering: Sendable {
    var name: String
    /// Nil where the right bytes are still there, and may be served.
    var kind: String?
    /// SQL for the database, with `PACK` in the place of the pack's id.
    var sql: String?
    /// Done to the path of the pack's file, with another ready pack's path.
    var inflict: @Sendable (_ path: String, _ other: String) throws -> Void = { _, _ in }

    /// Only root can give a file away.
    static let all = every.filter { geteuid() == 0 || $0.name != "another owner" }

    private static let every: [Tampering] = [
        Tampering(name: "first byte", kind: "file_digest") { path, _ in try flip(path, at: 0) },
        Tampering(name: "middle byte", kind: "file_digest") { path, _ in try flip(path, at: size(path) / 2) },
        Tampering(name: "last byte", kind: "file_digest") { path, _ in try flip(path, at: size(path) - 1) },
        Tampering(name: "cut by one byte", kind: "file_size") { path, _ in try check(truncate(path, size(path) - 1)) },
        Tampering(name: "empty", kind: "file_size") { path, _ in try check(truncate(path, 0)) },
        Tampering(name: "longer by one byte", kind: "file_size") { path, _ in try check(truncate(path, size(path) + 1))
        },
        Tampering(name: "another pack's bytes", kind: "file_") { path, other in
            try Data(contentsOf: URL(fileURLWithPath: other)).write(to: URL(fileURLWithPath: path))
        },
        Tampering(name: "another pack's file as a hard link", kind: "file_") { path, other in
            try check(unlink(path))
            try check(link(other, path))
        },
        Tampering(name: "a link to a good copy", kind: "file_kind") { path, _ in
            try check(rename(path, path + ".copy"))
            try check(symlink(path + ".copy", path))
        },
        Tampering(name: "a FIFO", kind: "file_kind") { path, _ in
            try check(unlink(path))
            try check(mkfifo(path, 0o600))
        },
        Tampering(name: "a folder", kind: "file_kind") { path, _ in
            try check(unlink(path))
            try check(mkdir(path, 0o700))
        },
        Tampering(name: "a socket", kind: "file_kind") { path, _ in
            try check(unlink(path))
            try check(mknod(path, S_IFSOCK | 0o600, 0))
        },
        Tampering(name: "nothing", kind: "file_missing") { path, _ in try check(unlink(path)) },
        Tampering(name: "another owner", kind: "file_mode") { path, _ in try check(chown(path, 61_001, 61_001)) },
        Tampering(name: "open to others", kind: "file_mode") { path, _ in try check(chmod(path, 0o666)) },
        Tampering(
            name: "another SHA-256", kind: "file_digest",
            sql: "UPDATE review_pack SET sha256 = zeroblob(32) WHERE id = PACK"),
        Tampering(
            name: "another block digest", kind: "file_digest",
            sql: "UPDATE pack_blocks SET digests = zeroblob(32) WHERE pack = PACK"),
        Tampering(name: "no block digests", kind: "digests_missing", sql: "DELETE FROM pack_blocks WHERE pack = PACK"),
        Tampering(
            name: "another size", kind: "file_size",
            sql: "UPDATE review_pack SET file_size = file_size + 1 WHERE id = PACK"),
        Tampering(
            name: "another pack's name", kind: "file_",
            sql: "UPDATE review_pack SET file_path = (SELECT min(file_path) FROM review_pack) WHERE id = PACK"),
        Tampering(
            name: "a path out of the folder", kind: "file_",
            sql: "UPDATE review_pack SET file_path = '../reviewpack.db' WHERE id = PACK"),
    ]

    /// Its own bytes, or none: of what is only open to others the bytes are right.
    var servesRightBytes: Bool { kind == "file_mode" }

    private static func flip(_ path: String, at offset: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(offset))
        let byte = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data([byte ^ 0x01]))
        try file.close()
    }

    private static func size(_ path: String) throws -> Int {
        var status = stat()
        try check(stat(path, &status))
        return Int(status.st_size)
    }

    private static func check(_ code: Int32) throws {
        if code != 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}

@Suite("A pack that was tampered with", .tags(.packs, .durability))
struct TamperingTests {
    private struct Made: Sendable {
        var id: String
        var token: String
    }

    @Test("is DATA_LOSS for every call before any of its bytes has left, holds up nobody, and a check names it")
    func matrix() async throws {
        let scratch = try Scratch()
        // The first pack stays as it is.
        let made = try await withDaemon(in: scratch, arguments: ["--generations-per-user", "100"]) { daemon in
            try await daemon.ctl("workspace", "create", Scene.workspace).succeeded()
            return try await daemon.withClient { client in
                var made: [Made] = []
                for index in 0...Tampering.all.count { made.append(try await Self.pack(index, client)) }
                return made
            }
        }
        let exports = Daemon.stateDirectory(scratch) + "/exports/"
        let originals = try made.map { try contents(of: exports + $0.id + ".zip") }
        for (tampering, pack) in zip(Tampering.all, made.dropFirst()) {
            try tampering.inflict(exports + pack.id + ".zip", exports + made[0].id + ".zip")
            if let sql = tampering.sql {
                try await Surgery.perform(
                    sql.replacingOccurrences(of: "PACK", with: Surgery.blob(pack.id)), in: scratch)
            }
        }
        // The copies that links point to are no pack's, and go at start.
        try await withDaemon(in: scratch) { daemon in
            try await daemon.withClient { client in
                #expect(try await Self.download(made[0], client) == Sent(bytes: originals[0]))
                for ((tampering, pack), original) in zip(zip(Tampering.all, made.dropFirst()), originals.dropFirst()) {
                    // A pack of one block: of a wrong one nothing at all is sent.
                    let wanted =
                        tampering.servesRightBytes ? Sent(bytes: original) : Sent(bytes: [], end: .packCorrupted)
                    #expect(try await Self.download(pack, client) == wanted, "\(tampering.name)")
                    #expect(try await Self.read(pack, client) == wanted, "\(tampering.name), by ReadChunk")
                }
                let problems = try await client.check(readingData: true).problems
                for (tampering, pack) in zip(Tampering.all, made.dropFirst()) {
                    let kinds = problems.filter { $0.subject == pack.id }.map(\.kind)
                    #expect(kinds.contains { $0.hasPrefix(tampering.kind ?? "") }, "\(tampering.name): \(kinds)")
                }
                #expect(!problems.contains { $0.subject == made[0].id })
            }
            let wrong = zip(Tampering.all, made.dropFirst()).filter { !$0.0.servesRightBytes }.map(\.1.id)
            let right = made.map(\.id).filter { !wrong.contains($0) }
            try await Self.backUp(daemon, wrong: wrong, right: right)
            #expect(try await daemon.withClient { try await Self.download(made[0], $0) } == Sent(bytes: originals[0]))
        }
    }

    /// Each of the wrong packs in turn is what a backup ends with, until it was expired; then the backup holds the
    /// right ones.
    private static func backUp(_ daemon: Daemon, wrong: [String], right: [String]) async throws {
        let archive = daemon.scratch.file("all.tar")
        var left = Set(wrong)
        while !left.isEmpty {
            let refused = try await daemon.ctl("backup", archive)
            refused.refused(65, "PACK_CORRUPTED")
            #expect(access(archive, F_OK) != 0)
            let named = left.filter { refused.errors.contains($0) }
            try #require(named.count == 1, "\(refused)")
            left.subtract(named)
            // Of a folder in the file's place the bytes cannot be removed, but it is expired.
            let expired = try await daemon.ctl("expire", try #require(named.first), "--yes")
            if expired.exit != 0 { #expect(expired.errors.contains("[FILE_NOT_REMOVED]"), "\(expired)") }
        }
        try await daemon.ctl("backup", archive).succeeded()
        let entries = try await run("/bin/tar", ["-tf", archive]).succeeded().lines
        #expect(Set(entries.filter { $0.hasSuffix(".zip") }) == Set(right.map { "exports/\($0).zip" }))
    }

    @Test("at a block's edge is found in its block alone; the others are still served")
    func blockEdges() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            // Of random digits, so that it does not compress to one block.
            var generator = SystemRandomNumberGenerator()
            let lines = (0..<60).map { index in
                let noise = (0..<3000).map { _ in String(generator.next(), radix: 36) }.joined()
                return NativeFinding(uid: "finding-\(index)", more: ",\"detail\":\"\(noise)\"").line
            }
            try await daemon.ctl(
                "import", "findings", Scene.tenant, "-", input: Array(lines.joined(separator: "\n").utf8)
            ).succeeded()
            let pack = try await daemon.generate()
            let id = try #require(pack["id"].string)
            let size = try #require(pack["file_size"].int)
            try #require(size > 1 << 20, "one block is not enough: \(size)")
            let path = daemon.stateDirectory + "/exports/\(id).zip"
            let whole = try contents(of: path)
            try await daemon.withClient { client in
                let made = Made(id: id, token: try await client.issueDownloadToken(pack: id).token)
                for position in [0, (1 << 20) - 1, 1 << 20, size - 1] {
                    try Self.write([whole[position] ^ 0x80], at: position, path)
                    let good = Array(whole.prefix(position & ~0xfffff))
                    #expect(
                        try await Self.download(made, client) == Sent(bytes: good, end: .packCorrupted),
                        "byte \(position)")
                    for block in 0..<2 {
                        let bytes = Array(whole[block << 20..<min(size, (block + 1) << 20)])
                        let wanted =
                            position >> 20 == block ? Sent(bytes: [], end: .packCorrupted) : Sent(bytes: bytes)
                        #expect(try await Self.read(made, client, at: block << 20) == wanted, "byte \(position)")
                    }
                    try Self.write([whole[position]], at: position, path)
                }
                #expect(try await Self.download(made, client) == Sent(bytes: whole))
            }
        }
    }

    private static func write(_ bytes: [UInt8], at offset: Int, _ path: String) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    private static func pack(_ index: Int, _ client: ReviewPackClient) async throws -> Made {
        let tail = String(index + 1000)
        let tenant = "11111111-2222-4333-8444-55555555" + String(repeating: "0", count: 4 - tail.count) + tail
        _ = try await client.createTenant(workspace: Scene.workspace, externalID: tenant, name: "Tenant \(index)")
        // Of another length each, so that one in the place of another shows by its size as well.
        let lines = (0..<index % 3).map { NativeFinding(uid: "finding-\($0)").line }.joined(separator: "\n")
        if !lines.isEmpty {
            _ = try await client.importFindings(
                Proto.ImportFindingsHeader(tenant: tenant), from: MemorySource(Array(lines.utf8)))
        }
        let id = try #require(try await client.generate(Proto.GenerateRequest(tenant: tenant)).pack?.id)
        try #require(try await client.watch(id).status == .ready)
        return Made(id: id, token: try await client.issueDownloadToken(pack: id).token)
    }

    /// What came of a pack, and why no more of it; nil at its end.
    private struct Sent: Equatable, CustomStringConvertible {
        var bytes: [UInt8]
        var end: Reason?

        var description: String { "\(bytes.count) bytes, \(end?.rawValue ?? "whole")" }
    }

    private static func download(_ pack: Made, _ client: ReviewPackClient) async throws -> Sent {
        var sink = Kept()
        do {
            let header = try await client.download(token: pack.token, into: &sink)
            #expect(header.pack == pack.id)
            return Sent(bytes: sink.bytes)
        } catch ClientError.remote(let failure) {
            return Sent(bytes: sink.bytes, end: failure.reason)
        }
    }

    private static func read(_ pack: Made, _ client: ReviewPackClient, at offset: Int = 0) async throws -> Sent {
        do {
            return Sent(bytes: try await client.readChunk(token: pack.token, offset: Int64(offset)).chunk)
        } catch ClientError.remote(let failure) {
            return Sent(bytes: [], end: failure.reason)
        }
    }

    private struct Kept: DownloadSink {
        var bytes: [UInt8] = []
        mutating func begin(_ header: Proto.DownloadHeader) async throws(ClientError) {}
        mutating func append(_ bytes: [UInt8]) async throws(ClientError) { self.bytes += bytes }
    }
}

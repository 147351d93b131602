import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

/// A state directory on a file system of a few megabytes.
@Suite(.tags(.durability), .enabled(if: Account.othersAvailable, "needs root, to mount a small file system"))
struct FullDiskTests {
    @Test(
        """
        a new pack does not take the reserve, so that on a disk full to the last byte expiring still works, again and \
        again
        """
    )
    func lastByte() async throws {
        try await withDaemonOnSmallDisk(megabytes: 32) { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
            let first = try #require(try await daemon.generate()["id"].string)
            let second = try #require(try await daemon.generate(Scene.tenant, "--no-pii")["id"].string)
            for pack in [first, second] {
                try fill(daemon.stateDirectory)
                let refused = try await daemon.ctl("generate", Scene.tenant, "--no-operations", "--wait")
                #expect(refused.exit == 75 || refused.exit == 1, "\(refused)")
                try await daemon.ctl("list").succeeded()
                try await daemon.ctl("expire", pack, "--yes").succeeded()
                try FileManager.default.removeItem(atPath: daemon.stateDirectory + "/ballast")
                // What was given up is there again once there is room.
                try await daemon.ctl("import", "hardening", Scene.tenant, example("hardening.json")).succeeded()
            }
            try await daemon.generate()
        }
    }

    @Test(
        "on a disk full to the last byte list, get, download, expire, prune and a start work, and it recovers by itself"
    )
    func reading() async throws {
        try await withSmallDisk(megabytes: 32) { scratch in
            let (first, second, due) = try await withDaemon(in: scratch) { daemon in
                try await daemon.makeTenant()
                try await daemon.importExamples()
                try await daemon.makeTenant(Scene.otherTenant, name: "Quiet Ltd")
                let first: String = try #require(try await daemon.generate()["id"].string)
                let second: String = try #require(try await daemon.generate(Scene.tenant, "--no-pii")["id"].string)
                let due: String = try #require(try await daemon.generate(Scene.otherTenant)["id"].string)
                return (first, second, due)
            }
            try await Surgery.perform(
                "UPDATE review_pack SET expires_at = 1000 WHERE id = \(Surgery.blob(due))", in: scratch)
            try await withDaemon(in: scratch) { daemon in
                try fill(daemon.stateDirectory)
                try await daemon.withClient { client in
                    // More events than the reserve has room for: each token and each download is one.
                    for _ in 0..<150 {
                        #expect(try await client.packs(Proto.ListPacksRequest()).count == 3)
                        #expect(try await client.pack(first).pack.status == .ready)
                        try await download(first, by: client)
                    }
                    let pruned = try await client.prune(Proto.PruneRequest())
                    #expect(pruned.expired == 1)
                    #expect(try daemon.exportedFiles() == ["\(first).zip", "\(second).zip"].sorted())
                    #expect(try await client.expire(first).status == .expired)
                    #expect(try daemon.exportedFiles() == ["\(second).zip"])
                    try await download(second, by: client)
                }
            }
            // What was freed since is used up as well, before the next start.
            try fill(Daemon.stateDirectory(scratch))
            try await withDaemon(in: scratch) { daemon in
                try await daemon.withClient { client in
                    #expect(try await client.packs(Proto.ListPacksRequest()).count == 3)
                    #expect(try await client.pack(second).pack.status == .ready)
                    try await download(second, by: client)
                }
                try FileManager.default.removeItem(atPath: daemon.stateDirectory + "/ballast")
                try await daemon.ctl("tenant", "rename", Scene.tenant, "Contoso again").succeeded()
                try await daemon.generate()
                try await daemon.ctl("check", "--read-data").succeeded()
            }
        }
    }

    private func download(_ pack: String, by client: ReviewPackClient) async throws {
        let token = try await client.issueDownloadToken(pack: pack).token
        var sink = DiscardedDownload()
        _ = try await client.download(token: token, into: &sink)
    }

    /// Writes until nothing more goes onto the file system.
    private func fill(_ folder: String) throws {
        let ballast = try #require(fopen(folder + "/ballast", "a"))
        let block = [UInt8](repeating: 1, count: 4096)
        while fwrite(block, 1, block.count, ballast) == block.count, fflush(ballast) == 0 {}
        fclose(ballast)
    }

    @Test("on a full disk an import is refused and nothing is lost; what frees space still works")
    func fullDisk() async throws {
        try await withDaemonOnSmallDisk(megabytes: 48) { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
            let pack = try #require(try await daemon.generate()["id"].string)
            let before = try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().text

            let text = String(repeating: "0123456789abcdef", count: 400)
            let lines = (0..<12_000).map {
                NativeFinding(uid: "finding-\($0)", more: ",\"detail\":\"\($0) \(text)\"").line
            }
            let refused = try await daemon.ctl(
                "import", "findings", Scene.tenant, "-", input: Array(lines.joined(separator: "\n").utf8))
            refused.refused(75, "STORAGE_FULL")

            let after = try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().text
            #expect(after == before)
            try await daemon.ctl("download", pack, "-O", "pack.zip").succeeded()
            try await daemon.ctl("expire", pack, "--yes").succeeded()
            try await daemon.ctl("import", "hardening", Scene.tenant, example("hardening.json")).succeeded()
            try await daemon.generate()
        }
    }

    private func withDaemonOnSmallDisk(
        megabytes: Int, _ body: @escaping @Sendable (Daemon) async throws -> Void
    ) async throws {
        try await withSmallDisk(megabytes: megabytes) { try await withDaemon(in: $0, body) }
    }

    /// A scratch folder whose state lies on a file system of its own.
    private func withSmallDisk(
        megabytes: Int, _ body: @escaping @Sendable (Scratch) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        let state = Daemon.stateDirectory(scratch)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try await run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0700", "tmpfs", state]).succeeded()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(scratch)) } catch { outcome = .failure(error) }
        try await run("/bin/umount", [state]).succeeded()
        try outcome.get()
    }
}

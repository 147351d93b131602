import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite(.tags(.durability, .upkeep))
struct BackupTests {
    @Test("a backup under load restores with tar to a state that is sound, downloads and verifies")
    func restoreUnderLoad() async throws {
        let scratch = try Scratch()
        try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Busy Ltd")
            try await daemon.importExamples()
            try await daemon.generate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<6 {
                        let lines = (0...round).map { NativeFinding(uid: "finding-\(round)-\($0)").line }
                        try await daemon.ctl(
                            "import", "findings", Scene.otherTenant, "-",
                            input: Array(lines.joined(separator: "\n").utf8)
                        ).succeeded()
                        let pack = try #require(try await daemon.generate(Scene.otherTenant)["id"].string)
                        if round < 5 { try await daemon.ctl("expire", pack, "--yes").succeeded() }
                    }
                }
                group.addTask {
                    for round in 0..<4 { try await daemon.ctl("backup", "backup-\(round).tar").succeeded() }
                }
                try await group.waitForAll()
            }
            try await daemon.ctl("check", "--read-data").succeeded()
        }
        for round in 0..<4 { try await Self.tryRestore(scratch.file("backup-\(round).tar")) }
    }

    @Test("with the smallest message that can be set a backup, a download and an import still go through")
    func smallMessages() async throws {
        try await withDaemon(arguments: ["--max-message-kib", "2048"]) { daemon in
            // More than a mebibyte of database, so that its pieces are as large as pieces get.
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Large Ltd", findings: 3000)
            try await daemon.ctl("backup", "backup.tar").succeeded()
            let size = try contents(of: daemon.scratch.file("backup.tar")).count
            #expect(size > 1 << 20)
            let pack = try #require(try await daemon.generate(Scene.otherTenant)["id"].string)
            try await daemon.ctl("download", pack, "-O", "pack.zip").succeeded()
            let told = try await daemon.withClient { try await $0.whoAmI().maximumMessageBytes }
            #expect(told == 2 << 20)
        }
    }

    private static func tryRestore(_ archive: String) async throws {
        let restored = try Scratch()
        let state = Daemon.stateDirectory(restored)
        try await run("/bin/mkdir", ["-m", "700", state]).succeeded()
        try await run("/bin/tar", ["-xf", archive, "-C", state]).succeeded()
        try await withDaemon(in: restored) { daemon in
            let check = try await daemon.ctl("check", "--read-data", "-o", "json").succeeded().json()
            #expect(check["sound"].bool == true && check["problem_count"].int == 0, "\(check)")
            let packs = try await daemon.ctl("list", "--status", "ready", "-o", "json").succeeded().json().array
            #expect(!packs.isEmpty)
            for pack in packs {
                let id = try #require(pack["id"].string)
                try await daemon.ctl("download", id, "-O", "\(id).zip").succeeded()
                try await daemon.ctl("verify", "\(id).zip", "--pack", id).succeeded()
            }
        }
    }

    @Test("a backup is the caller's alone, replaces nothing without --force, and keeps no token alive")
    func file() async throws {
        let scratch = try Scratch()
        let token = try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            let pack = try #require(try await daemon.generate()["id"].string)
            let token = try await daemon.ctl("token", pack, "-o", "json").succeeded().json()["token"].string
            let result = try await daemon.ctl("backup", "b.tar", "-o", "json").succeeded().json()
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file("b.tar"))
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect(result["size"].int == (attributes[.size] as? NSNumber)?.intValue && result["packs"].int == 1)
            let sum = try await run("/usr/bin/sha256sum", [scratch.file("b.tar")]).succeeded()
            #expect(sum.text.hasPrefix(try #require(result["sha256"].string)))
            #expect(try await daemon.ctl("backup", "b.tar").exit == 73)
            try await daemon.ctl("backup", "b.tar", "--force", "--without-packs").succeeded()
            let listed = try await run("/bin/tar", ["-tf", scratch.file("b.tar")]).succeeded()
            #expect(listed.lines == ["MANIFEST.json", "reviewpack.db", "exports/"])
            try await daemon.ctl("backup", "b.tar", "--force").succeeded()
            return try #require(token)
        }
        let restored = try Scratch()
        let state = Daemon.stateDirectory(restored)
        try await run("/bin/mkdir", ["-m", "700", state]).succeeded()
        try await run("/bin/tar", ["-xf", scratch.file("b.tar"), "-C", state]).succeeded()
        try await withDaemon(in: restored) { daemon in
            let result = try await daemon.ctl("download", "--token-file", "-", "-O", "p.zip", input: Array(token.utf8))
            result.refused(77, "TOKEN_INVALID")
        }
    }

    @Test("without packs the restored service says that they are expired")
    func withoutPacks() async throws {
        let scratch = try Scratch()
        let pack = try await withDaemon(in: scratch) { daemon in
            try await daemon.makeTenant()
            let pack = try await daemon.generate()["id"].string
            try await daemon.ctl("backup", "b.tar", "--without-packs").succeeded()
            return try #require(pack)
        }
        let restored = try Scratch()
        let state = Daemon.stateDirectory(restored)
        try await run("/bin/mkdir", ["-m", "700", state]).succeeded()
        try await run("/bin/tar", ["-xf", scratch.file("b.tar"), "-C", state]).succeeded()
        try await withDaemon(in: restored) { daemon in
            #expect(try await daemon.ctl("show", pack, "-o", "json").succeeded().json()["status"].string == "expired")
            try await daemon.ctl("check", "--read-data").succeeded()
            try await daemon.generate()
        }
    }
}

/// A state directory on a file system of a few megabytes.
@Suite(.tags(.durability, .upkeep), .enabled(if: Account.othersAvailable, "needs root, to mount a small file system"))
struct FullDiskBackupTests {
    @Test("a backup for which there is no room is refused, leaves nothing, and goes through when there is room again")
    func fullDisk() async throws {
        let scratch = try Scratch()
        let state = Daemon.stateDirectory(scratch)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try await run("/bin/mount", ["-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", state]).succeeded()
        let outcome: Result<Void, any Error>
        do {
            try await withDaemon(in: scratch) { daemon in
                try await daemon.makeTenant()
                try await daemon.importExamples()
                try await daemon.generate()
                let ballast = state + "/ballast"
                #expect(try await run("/bin/dd", ["if=/dev/zero", "of=\(ballast)", "bs=64K"]).exit != 0)
                // Room to begin the copy, not to end it.
                try await run("/usr/bin/truncate", ["-s", "-256K", ballast]).succeeded()
                try await daemon.ctl("backup", "b.tar").refused(75, "STORAGE_FULL")
                #expect(!FileManager.default.fileExists(atPath: state + "/.backup"))
                #expect(!scratch.names().contains("b.tar"))
                try FileManager.default.removeItem(atPath: ballast)
                try await daemon.ctl("backup", "b.tar").succeeded()
                try await daemon.ctl("check", "--read-data").succeeded()
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await run("/bin/umount", [state]).succeeded()
        try outcome.get()
    }
}

@Suite(.tags(.upkeep))
struct CheckTests {
    @Test("check exits 65 and names what is wrong; --repair mends what loses nothing")
    func check() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack = try #require(try await daemon.generate()["id"].string)
            let exports = daemon.stateDirectory + "/exports/"
            try Data("x".utf8).write(to: URL(filePath: exports + "stray"))
            let found = try await daemon.ctl("check")
            #expect(found.exit == 65 && found.text.contains("orphan_file") && found.text.contains("stray"), "\(found)")
            try await daemon.ctl("check", "--repair").succeeded()
            #expect(!FileManager.default.fileExists(atPath: exports + "stray"))

            let file = try FileHandle(forWritingTo: URL(filePath: exports + "\(pack).zip"))
            try file.write(contentsOf: Data([0]))
            try file.close()
            try await daemon.ctl("check").succeeded()
            let damaged = try await daemon.ctl("check", "--read-data", "--repair", "-o", "json")
            #expect(damaged.exit == 65)
            let problems = try damaged.json()["problems"].array
            #expect(problems.map { $0["kind"].string } == ["file_digest"] && problems[0]["subject"].string == pack)
            // What the message says to do, does it.
            try await daemon.ctl("expire", pack, "--yes").succeeded()
            try await daemon.generate()
            try await daemon.ctl("check", "--read-data").succeeded()
        }
    }

    @Test("stats counts packs and bytes, and its OpenMetrics text is one that Prometheus's rules allow")
    func stats() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.importExamples()
            try await daemon.generate()
            let stats = try await daemon.ctl("stats", "-o", "json").succeeded().json()
            let ready = stats["packs_by_status"].array.first { $0["status"].string == "ready" }
            #expect(ready?["packs"].int == 1 && (stats["pack_bytes"].int ?? 0) > 0)
            #expect(stats["tenants"][0]["tenant_external_id"].string == Scene.tenant)
            #expect((stats["tenants"][0]["findings"].int ?? 0) > 0)
            let text = try await daemon.ctl("stats", "--openmetrics").succeeded()
            #expect(text.lines.last == "# EOF" && text.lines.contains(#"reviewpack_packs{status="ready"} 1"#))
            let sample = try Regex(#"^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9]+$"#)
            for line in text.lines where !line.hasPrefix("# ") { #expect(line.contains(sample), "\(line)") }
        }
    }
}

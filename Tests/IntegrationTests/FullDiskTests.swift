import Foundation
import Testing

/// A state directory on a file system of a few megabytes.
@Suite(.enabled(if: Account.othersAvailable, "needs root, to mount a small file system"))
struct FullDiskTests {
    @Test("on a full disk an import is refused and nothing is lost; what frees space still works")
    func fullDisk() async throws {
        let scratch = try Scratch()
        let state = Daemon.stateDirectory(scratch)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try await run("/bin/mount", ["-t", "tmpfs", "-o", "size=48m,mode=0700", "tmpfs", state]).succeeded()
        let outcome: Result<Void, any Error>
        do {
            try await withDaemon(in: scratch) { daemon in
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
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await run("/bin/umount", [state]).succeeded()
        try outcome.get()
    }
}

import Domain
import Foundation
import TestTags
import Testing

@testable import Daemon

@Suite("A settings file that others could change", .tags(.access, .upkeep), .timeLimit(.minutes(1)))
struct SettingsTrustTests {
    /// A file three folders deep in a scratch folder, all of them closed to others' writing.
    private static func scene() throws -> Scratch {
        let scratch = Scratch()
        for folder in ["a", "a/b", "a/b/c"] { mkdir(scratch.file(folder), 0o755) }
        try scratch.write("a/b/c/conf.yaml", "readers: 3\n", mode: 0o644)
        return scratch
    }

    /// What is wrong with the file at a path; nil when it was read.
    private static func complaint(_ path: String, _ scratch: Scratch) -> String? {
        do {
            let loaded = try SettingsLoader(configFlag: path, environment: [:]).load()
            #expect(loaded.settings.readers == 3)
            return nil
        } catch { return error.description.replacing(scratch.path, with: "DIR") }
    }

    @Test(
        "is refused: by its own mode, or by that of any folder above it; the part and the remedy are named",
        arguments: ["a", "a/b", "a/b/c", "a/b/c/conf.yaml"], [0o020, 0o002, 0o022] as [mode_t])
    func modes(_ part: String, _ bits: mode_t) throws {
        let scratch = try Self.scene()
        let path = scratch.file("a/b/c/conf.yaml")
        #expect(Self.complaint(path, scratch) == nil)
        chmod(scratch.file(part), scratch.mode(of: part) | bits)
        #expect(
            Self.complaint(path, scratch) == """
                DIR/a/b/c/conf.yaml: others than root and the daemon's user could change it: DIR/\(part) can be \
                written by others than its owner; run: chmod go-w 'DIR/\(part)'
                """)
    }

    @Test(
        "is refused for the owner of it or of any folder above it",
        .enabled(if: geteuid() == 0, "needs root to give files away"),
        arguments: ["a", "a/b", "a/b/c", "a/b/c/conf.yaml"])
    func owners(_ part: String) throws {
        let scratch = try Self.scene()
        chown(scratch.file(part), 12345, .max)
        #expect(
            Self.complaint(scratch.file("a/b/c/conf.yaml"), scratch) == """
                DIR/a/b/c/conf.yaml: others than root and the daemon's user could change it: DIR/\(part) belongs to \
                uid 12345, who could change it; run: chown root 'DIR/\(part)'
                """)
    }

    @Test("is not one in a folder like /tmp, where nobody can take the place of another's file")
    func sticky() throws {
        let scratch = try Self.scene()
        chmod(scratch.file("a"), 0o1777)
        #expect(Self.complaint(scratch.file("a/b/c/conf.yaml"), scratch) == nil)
    }

    @Test("is found through links, relative and absolute, and by a path from the working directory")
    func links() throws {
        let scratch = try Self.scene()
        symlink("b/c", scratch.file("a/short"))
        symlink(scratch.file("a/short/conf.yaml"), scratch.file("conf.yaml"))
        symlink("loop", scratch.file("loop"))
        #expect(Self.complaint(scratch.file("conf.yaml"), scratch) == nil)
        #expect(Self.complaint(scratch.file("a/./b/../short//conf.yaml"), scratch) == nil)
        #expect(TrustedPath.complaint(about: scratch.file("loop"))?.contains("too many symbolic links") == true)
        // Whoever can write where the link lies, or where it leads, decides.
        for part in ["a", "a/b"] {
            chmod(scratch.file(part), 0o777)
            #expect(Self.complaint(scratch.file("conf.yaml"), scratch)?.contains("chmod go-w 'DIR/\(part)'") == true)
            chmod(scratch.file(part), 0o755)
        }
        let up = String(repeating: "../", count: FileManager.default.currentDirectoryPath.split(separator: "/").count)
        #expect(TrustedPath.complaint(about: up + scratch.file("conf.yaml").dropFirst()) == nil)
        chmod(scratch.file("a/b"), 0o777)
        #expect(TrustedPath.complaint(about: up + scratch.file("conf.yaml").dropFirst()) != nil)
    }

    @Test("keeps the daemon from starting and fails the check of the configuration", arguments: ["serve", "check"])
    func programs(_ command: String) async throws {
        let scratch = try Self.scene()
        chmod(scratch.file("a/b"), 0o775)
        let file = ["--config", scratch.file("a/b/c/conf.yaml")]
        let arguments = command == "serve" ? ["serve", "--state-dir", scratch.file("state")] : ["config", "check"]
        let program = try ServeProcess(arguments + file, in: scratch)
        #expect(await program.wait() == 78)
        #expect(program.output.contains("chmod go-w"), "\(program.output)")
        #expect(access(scratch.file("state"), F_OK) != 0, "nothing was touched")
    }

    @Test("has a sibling: keys of which others could put other ones in place are refused, too")
    func keys() throws {
        let scratch = try Self.scene()
        let source = TokenKeySource(environment: [:], stateDirectory: scratch.file("a/b")) { UnixMillis(0) }
        _ = try source.load()
        chmod(scratch.file("a"), 0o777)
        let error = #expect(throws: StartupError.self) { try source.load() }
        #expect(error?.what.contains("/a can be written by others than its owner") == true)
    }
}

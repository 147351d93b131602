import Daemon
import Domain
import Foundation
import TestTags
import Testing

@testable import Daemon

@Suite("The token key file", .tags(.access, .upkeep))
struct KeyFileTests {
    static let noon = UnixMillis(1_772_366_400_000)

    static func source(_ scratch: Scratch, credentials: String? = nil) -> TokenKeySource {
        TokenKeySource(
            environment: credentials.map { ["CREDENTIALS_DIRECTORY": $0] } ?? [:], stateDirectory: scratch.path
        ) { noon }
    }

    static func commands(_ scratch: Scratch, at time: UnixMillis = noon) throws -> KeyCommands {
        try KeyCommands(
            file: nil, settings: Settings().with { $0.stateDir = scratch.path }, clock: { time },
            packagedFile: scratch.file("none"))
    }

    static func complaint(_ source: TokenKeySource, _ scratch: Scratch) -> String? {
        do {
            _ = try source.load()
            return nil
        } catch { return error.what.replacing(scratch.path, with: "DIR") }
    }

    @Test("the first start makes a file of one key that only its owner can read, and later starts keep it")
    func firstStart() throws {
        let scratch = Scratch()
        let keys = try Self.source(scratch).load()
        #expect(keys.keys.count == 1)
        #expect(scratch.mode(of: "keys") == 0o700)
        #expect(scratch.mode(of: "keys/token.keys") == 0o600)
        #expect(try Self.source(scratch).load().keys.map(\.id) == keys.keys.map(\.id))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("keys")) == ["token.keys"])
    }

    @Test(
        "a file that others can read or write is refused",
        arguments: [0o640, 0o604, 0o660, 0o606, 0o601, 0o644] as [mode_t])
    func modes(_ mode: mode_t) throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        chmod(scratch.file("keys/token.keys"), mode)
        #expect(
            Self.complaint(Self.source(scratch), scratch)
                == "DIR/keys/token.keys can be read or written by others than its owner")
    }

    @Test("a key directory that others can write is refused")
    func directoryMode() throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        chmod(scratch.file("keys"), 0o770)
        #expect(Self.complaint(Self.source(scratch), scratch) == "DIR/keys is writable for others")
    }

    @Test("symbolic links, directories and pipes are refused, for the file and for its directory")
    func kinds() throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        let file = scratch.file("keys/token.keys")
        rename(file, scratch.file("real"))
        symlink(scratch.file("real"), file)
        #expect(Self.complaint(Self.source(scratch), scratch) == "DIR/keys/token.keys is a symbolic link")
        unlink(file)
        mkfifo(file, 0o600)
        #expect(Self.complaint(Self.source(scratch), scratch) == "DIR/keys/token.keys is not a regular file")
        unlink(file)
        mkdir(file, 0o700)
        #expect(Self.complaint(Self.source(scratch), scratch) == "DIR/keys/token.keys is not a regular file")
        rmdir(file)
        rename(scratch.file("keys"), scratch.file("real-keys"))
        symlink(scratch.file("real-keys"), scratch.file("keys"))
        #expect(
            Self.complaint(Self.source(scratch), scratch)
                == "cannot open the key directory DIR/keys: Not a directory")
    }

    @Test("a file of another owner is refused", .enabled(if: geteuid() == 0, "needs root to give files away"))
    func owner() throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        chown(scratch.file("keys/token.keys"), 12345, 12345)
        #expect(
            Self.complaint(Self.source(scratch), scratch)
                == "DIR/keys/token.keys belongs to uid 12345, its directory to uid 0")
    }

    @Test(
        "a file that is no key file is refused, and its place is named",
        arguments: [
            ("", "DIR/keys/token.keys: the key file holds no key"),
            ("v1 x", "DIR/keys/token.keys: line 1 of the key file is not `v1 KEY-ID CREATED-AT SECRET`"),
            (String(repeating: "#", count: 70_000), "DIR/keys/token.keys cannot be read or is no key file"),
        ])
    func contents(_ text: String, _ message: String) throws {
        let scratch = Scratch()
        mkdir(scratch.file("keys"), 0o700)
        try scratch.write("keys/token.keys", text)
        #expect(Self.complaint(Self.source(scratch), scratch) == message)
        // It is the operator's to decide: nothing was overwritten.
        #expect(try scratch.read("keys/token.keys") == text)
    }

    @Test("the service manager's credential wins over the state directory's file, which is then not even made")
    func credential() throws {
        let scratch = Scratch()
        let other = Scratch()
        let keys = try Self.source(other).load()
        mkdir(scratch.file("credentials"), 0o700)
        try scratch.write("credentials/token.keys", keys.fileContents, mode: 0o440)
        let source = Self.source(scratch, credentials: scratch.file("credentials"))
        #expect(try source.load().keys.map(\.id) == keys.keys.map(\.id))
        #expect(access(scratch.file("keys"), F_OK) != 0)
        // Without that credential the directory means nothing.
        unlink(scratch.file("credentials/token.keys"))
        #expect(try source.load().keys.map(\.id) != keys.keys.map(\.id))
    }

    @Test(
        "a credential that others can read or write is refused", arguments: [0o444, 0o460, 0o402] as [mode_t])
    func credentialMode(_ mode: mode_t) throws {
        let scratch = Scratch()
        mkdir(scratch.file("c"), 0o700)
        try scratch.write("c/token.keys", "", mode: mode)
        #expect(
            Self.complaint(Self.source(scratch, credentials: scratch.file("c")), scratch)
                == "DIR/c/token.keys can be read by everybody or written by others than its owner")
    }

    @Test("rotating adds a signing key, keeps those that valid tokens can carry, and drops the rest")
    func rotation() throws {
        let scratch = Scratch()
        let first = try Self.source(scratch).load()
        let soon = Self.noon.advanced(byMinutes: 30)
        let message = try Self.commands(scratch, at: soon).rotate(tokenTTLMinutes: 60, revoke: false)
        let second = try Self.source(scratch).load()
        #expect(second.keys.count == 2)
        #expect(second.keys.first?.id == first.keys.first?.id)
        #expect(message.contains("0 old removed, 2 in the file"))
        #expect(message.contains("`systemctl reload reviewpackd`, or SIGHUP"))
        #expect(scratch.mode(of: "keys/token.keys") == 0o600)
        // The first was replaced at 12:30; at 13:31 no token of it is valid.
        let later = try Self.commands(scratch, at: soon.advanced(byMinutes: 61))
        #expect(try later.rotate(tokenTTLMinutes: 60, revoke: false).contains("1 old removed, 2 in the file"))
        #expect(try Self.source(scratch).load().keys.first?.id == second.keys.last?.id)
    }

    @Test("revoking leaves the new key alone")
    func revoking() throws {
        let scratch = Scratch()
        let old = try Self.source(scratch).load()
        let message = try Self.commands(scratch).rotate(tokenTTLMinutes: 60, revoke: true)
        #expect(message.contains("1 old removed, 1 in the file"))
        #expect(try Self.source(scratch).load().keys.map(\.id) != old.keys.map(\.id))
    }

    private static let ahead = """
        v1 0000000000000001 2030-01-01T00:00:00Z \(String(repeating: "1", count: 64))
        v1 0000000000000002 2031-01-01T00:00:00Z \(String(repeating: "2", count: 64))

        """

    @Test("a clock that was ahead when keys were made keeps none of them from being revoked")
    func revokingKeysOfTheFuture() throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        try scratch.write("keys/token.keys", Self.ahead)
        let message = try Self.commands(scratch).rotate(tokenTTLMinutes: 60, revoke: true)
        #expect(message.contains("2 old removed, 1 in the file"))
        let keys = try Self.source(scratch).load().keys
        #expect(keys.count == 1 && keys[0].createdAt == Self.noon && keys[0].id > 2)
    }

    @Test("the last key of the file signs, whatever the dates say, and stays last")
    func position() throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        try scratch.write("keys/token.keys", Self.ahead)
        let message = try Self.commands(scratch).rotate(tokenTTLMinutes: 60, revoke: false)
        #expect(message.contains("0 old removed, 3 in the file"))
        let keys = try Self.source(scratch).load()
        #expect(keys.keys.map(\.id).prefix(2) == [1, 2] && keys.keys.last?.createdAt == Self.noon)
        let lines = try Self.commands(scratch).list().split(separator: "\n")
        #expect(lines.last?.hasSuffix("signs and verifies") == true && lines.last?.contains("\(Self.noon)") == true)
        let token = TokenSigner(keys: keys).issue(
            pack: PackID(high: 1, low: 1), uid: 1, subject: nil, issuedAt: Self.noon, expiresAt: .latest)
        #expect(try TokenSigner(keys: keys).open(token).keyID == keys.keys.last?.id)
    }

    @Test("the list names keys by id and never shows a secret")
    func listing() throws {
        let scratch = Scratch()
        let commands = try Self.commands(scratch)
        #expect(throws: StartupError.self) { try commands.list() }
        _ = try commands.rotate(tokenTTLMinutes: 60, revoke: false)
        let list = try commands.list()
        #expect(list.wholeMatch(of: /[0-9a-f]{16}  2026-03-01T12:00:00Z  signs and verifies\n/) != nil, "\(list)")
        let secret = try #require(try scratch.read("keys/token.keys").split(whereSeparator: \.isWhitespace).last)
        #expect(!list.contains(secret))
    }

    @Test("a rotation that was cut short leaves the old file, and the next one succeeds")
    func interrupted() throws {
        let scratch = Scratch()
        let old = try Self.source(scratch).load()
        try scratch.write("keys/.token.keys.new", "half a fi", mode: 0o600)
        #expect(try Self.source(scratch).load().keys.map(\.id) == old.keys.map(\.id))
        _ = try Self.commands(scratch).rotate(tokenTTLMinutes: 60, revoke: false)
        #expect(try Self.source(scratch).load().keys.count == 2)
        #expect(access(scratch.file("keys/.token.keys.new"), F_OK) != 0)
    }

    @Test("rotations at the same time lose none of each other's keys")
    func concurrentRotations() async throws {
        let scratch = Scratch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    _ = try Self.commands(scratch).rotate(tokenTTLMinutes: 60, revoke: false)
                }
            }
            try await group.waitForAll()
        }
        #expect(try Self.source(scratch).load().keys.count == 8)
    }

    @Test(
        "root rotates another user's keys without taking the file from it",
        .enabled(if: geteuid() == 0, "needs root"))
    func ownerIsKept() throws {
        let scratch = Scratch()
        _ = try Self.source(scratch).load()
        for name in ["keys", "keys/token.keys"] { chown(scratch.file(name), 12345, .max) }
        _ = try Self.commands(scratch).rotate(tokenTTLMinutes: 60, revoke: false)
        var status = stat()
        lstat(scratch.file("keys/token.keys"), &status)
        #expect(status.st_uid == 12345)
    }

    @Test("the package's key file is the one to rotate, unless a state directory or a file is named")
    func choice() throws {
        let scratch = Scratch()
        mkdir(scratch.file("etc"), 0o755)
        let packaged = scratch.file("etc/token.keys")
        func place(_ file: String?, _ state: String) throws -> String {
            try KeyCommands(
                file: file, settings: Settings().with { $0.stateDir = state }, clock: { Self.noon },
                packagedFile: packaged
            ).place
        }
        #expect(try place(nil, "") == "/var/lib/reviewpack/keys/token.keys")
        try scratch.write("etc/token.keys", "")
        #expect(try place(nil, "") == packaged)
        #expect(try place(nil, "/s") == "/s/keys/token.keys")
        #expect(try place("/x/token.keys", "/s") == "/x/token.keys")
        #expect(try place("token.keys", "") == "./token.keys")
        #expect(throws: StartupError.self) { try place("/x/other", "") }
        // What the service manager copies at start takes a restart.
        try scratch.write("etc/token.keys", TokenKeys.first(at: Self.noon).fileContents)
        let commands = try KeyCommands(
            file: packaged, settings: Settings(), clock: { Self.noon }, packagedFile: packaged)
        #expect(try commands.rotate(tokenTTLMinutes: 1, revoke: false).contains("`systemctl restart reviewpackd`"))
    }
}

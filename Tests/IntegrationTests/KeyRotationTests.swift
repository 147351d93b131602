import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

/// The walk-through of Docs/OPERATIONS.md, "Token keys", both ways in which a rotation gets into force.
@Suite(.tags(.access, .upkeep), .timeLimit(.minutes(5)))
struct KeyRotationTests {
    private static func redeem(_ token: String, _ daemon: Daemon) async throws -> CommandResult {
        try await daemon.ctl("download", "--token-file", "-", "-O", "-", input: Array(token.utf8))
    }

    private static func token(_ pack: String, _ daemon: Daemon) async throws -> String {
        try await daemon.ctl("token", pack).succeeded().lines[0]
    }

    /// The id of the key that signed a token: 16 hexadecimal digits (TokenClaims).
    private static func keyID(of token: String) throws -> String {
        var text = token.dropFirst("rp1.".count).replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let claims = try #require(Data(base64Encoded: String(text)))
        return claims.dropFirst(1).prefix(8).map { String(format: "%02x", $0) }.joined()
    }

    /// Asks the daemon for its keys until they are those of the file.
    private static func inForce(_ daemon: Daemon, like listed: CommandResult) async throws {
        let wanted = try listed.succeeded().lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        try await daemon.withClient { client in
            while try await client.diagnostics().tokenKeys.map(\.id) != wanted { try Task.checkCancellation() }
        }
    }

    @Test(
        """
        in the state directory: old tokens outlive a rotation and its reload, new ones carry the new key, --revoke \
        ends all
        """
    )
    func reload() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack = try #require(try await daemon.generate()["id"].string)
            func keys(_ words: String...) async throws -> CommandResult {
                try await run(Programs.daemon, ["keys"] + words + ["--state-dir", daemon.stateDirectory])
            }
            let first = try await Self.token(pack, daemon)

            #expect(try await keys("rotate").succeeded().text.contains("systemctl reload"))
            // Not in force yet: the daemon goes on with what it has.
            #expect(try Self.keyID(of: try await Self.token(pack, daemon)) == Self.keyID(of: first))
            kill(daemon.pid, SIGHUP)
            try await Self.inForce(daemon, like: keys("list"))
            let second = try await Self.token(pack, daemon)
            #expect(try Self.keyID(of: second) != Self.keyID(of: first))
            let listed = try await keys("list").succeeded().lines
            #expect(listed.count == 2)
            #expect(listed[0].hasPrefix(try Self.keyID(of: first)) && listed[0].hasSuffix(" verifies"))
            #expect(listed[1].hasPrefix(try Self.keyID(of: second)) && listed[1].hasSuffix("signs and verifies"))
            try await Self.redeem(first, daemon).succeeded()
            try await Self.redeem(second, daemon).succeeded()

            try await keys("rotate", "--revoke").succeeded()
            kill(daemon.pid, SIGHUP)
            try await Self.inForce(daemon, like: keys("list"))
            #expect(try await keys("list").lines.count == 1)
            try await Self.redeem(first, daemon).refused(77, "TOKEN_INVALID")
            try await Self.redeem(second, daemon).refused(77, "TOKEN_INVALID")
            try await Self.redeem(try await Self.token(pack, daemon), daemon).succeeded()
        }
    }

    @Test("as a credential: the same over restarts, for a reload reads the service manager's old copy")
    func restart() async throws {
        let scratch = try Scratch()
        // /etc/reviewpack, and what the service manager makes of it at each start.
        let folder = scratch.file("etc")
        let file = folder + "/token.keys"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        @Sendable func keys(_ words: String...) async throws -> CommandResult {
            try await run(Programs.daemon, ["keys"] + words + ["--key-file", file])
        }
        @Sendable func start<Value: Sendable>(_ body: @escaping @Sendable (Daemon) async throws -> Value) async throws
            -> Value
        {
            let copy = scratch.file("credentials")
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.createDirectory(
                atPath: copy, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try FileManager.default.copyItem(atPath: file, toPath: copy + "/token.keys")
            #expect(chmod(copy + "/token.keys", 0o400) == 0)
            return try await withDaemon(in: scratch, environment: ["CREDENTIALS_DIRECTORY": copy], body)
        }

        try await keys("rotate").succeeded()
        let (pack, first) = try await start { daemon in
            try await daemon.makeTenant()
            let pack = try #require(try await daemon.generate()["id"].string)
            let token = try await Self.token(pack, daemon)
            #expect(try await keys("rotate").succeeded().text.contains("systemctl restart"))
            // A reload reads the copy that was made at the start.
            kill(daemon.pid, SIGHUP)
            #expect(try Self.keyID(of: try await Self.token(pack, daemon)) == Self.keyID(of: token))
            return (pack, token)
        }
        let second = try await start { daemon in
            try await Self.inForce(daemon, like: keys("list"))
            try await Self.redeem(first, daemon).succeeded()
            let token = try await Self.token(pack, daemon)
            #expect(try Self.keyID(of: token) != Self.keyID(of: first))
            try await keys("rotate", "--revoke").succeeded()
            return token
        }
        try await start { daemon in
            try await Self.inForce(daemon, like: keys("list"))
            try await Self.redeem(first, daemon).refused(77, "TOKEN_INVALID")
            try await Self.redeem(second, daemon).refused(77, "TOKEN_INVALID")
            try await Self.redeem(try await Self.token(pack, daemon), daemon).succeeded()
        }
        // The state directory's own keys were never made.
        #expect(scratch.names(in: "state/keys").isEmpty)
    }
}

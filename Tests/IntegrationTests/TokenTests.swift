import Daemon
import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import TestTags
import Testing

@Suite(.tags(.access))
struct TokenTests {
    /// Redeems a token through the client, which reads it from standard input.
    private static func redeem(
        _ token: String, _ daemon: Daemon, as account: Account = .current
    ) async throws -> CommandResult {
        try await daemon.ctl(
            "download", "--token-file", "-", "-O", "-", as: account, input: Array(token.utf8))
    }

    @Test("a token of a ready pack gives its bytes to the caller that it was issued to")
    func good() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let pack = try await daemon.generate()
            let token = try await daemon.ctl("token", pack["id"].string ?? "").succeeded().lines[0]
            let result = try await Self.redeem(token, daemon).succeeded()
            #expect(result.output.count == pack["file_size"].int)
            try daemon.scratch.write("pack.zip", result.output)
            #expect(try await Subprocesses.sha256(of: daemon.scratch.file("pack.zip")) == pack["sha256"].string)
        }
    }

    @Test("forged and expired tokens, and those of packs that are gone, each get their code")
    func refusals() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Soon gone")
            let id = try #require(try await daemon.generate()["id"].string)
            let token = try await daemon.ctl("token", id).succeeded().lines[0]

            try await Self.redeem("nonsense", daemon).refused(77, "TOKEN_INVALID")
            // The last digit holds padding bits, the one before belongs to the MAC.
            var forged = Array(token)
            forged[forged.count - 2] = forged[forged.count - 2] == "A" ? "B" : "A"
            try await Self.redeem(String(forged), daemon).refused(77, "TOKEN_INVALID")

            let signer = try Self.signer(of: daemon)
            let now = UnixMillis(Int64(Date().timeIntervalSince1970 * 1000))
            func issue(_ pack: String, uid: UInt32 = geteuid(), expiresAt: UnixMillis) throws -> String {
                signer.issue(
                    pack: try #require(PackID(pack)), uid: uid, subject: nil,
                    issuedAt: UnixMillis(now.rawValue - 7_200_000), expiresAt: expiresAt)
            }
            let later = UnixMillis(now.rawValue + 3_600_000)
            try await Self.redeem(issue(id, expiresAt: later), daemon).succeeded()
            try await Self.redeem(issue(id, expiresAt: UnixMillis(now.rawValue - 1)), daemon)
                .refused(77, "TOKEN_EXPIRED")
            try await Self.redeem(issue(id, uid: 61_001, expiresAt: later), daemon).refused(77, "TOKEN_CALLER")
            try await Self.redeem(issue(Scene.absentPack, expiresAt: later), daemon).refused(4, "NOT_FOUND")

            try await daemon.ctl("expire", id, "--yes").succeeded()
            try await Self.redeem(token, daemon).refused(4, "PACK_EXPIRED")
            try await daemon.ctl("token", id).refused(4, "PACK_EXPIRED")
            try await daemon.ctl("token", Scene.absentPack).refused(4, "NOT_FOUND")
        }
    }

    @Test("a token outlives the rotation of its key, and ends when that key is revoked")
    func rotation() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let id = try #require(try await daemon.generate()["id"].string)
            let first = try await daemon.ctl("token", id).succeeded().lines[0]
            let second = try await Self.tokenAfterRotation(of: first, id, daemon)
            try await Self.redeem(first, daemon).succeeded()
            try await Self.redeem(second, daemon).succeeded()
            let third = try await Self.tokenAfterRotation("--revoke", of: second, id, daemon)
            try await Self.redeem(first, daemon).refused(77, "TOKEN_INVALID")
            try await Self.redeem(second, daemon).refused(77, "TOKEN_INVALID")
            try await Self.redeem(third, daemon).succeeded()
        }
    }

    /// Rotates the keys of a running daemon, and gives the first token that its new key has signed.
    private static func tokenAfterRotation(
        _ options: String..., of token: String, _ pack: String, _ daemon: Daemon
    ) async throws -> String {
        try await run(
            Programs.daemon, ["keys", "rotate", "--state-dir", daemon.stateDirectory] + options
        ).succeeded()
        kill(daemon.pid, SIGHUP)
        // `rp1.`, the version's byte and the key's id.
        let signedBy = token.prefix(16)
        while true {
            let next = try await daemon.ctl("token", pack).succeeded().lines[0]
            if next.prefix(16) != signedBy { return next }
        }
    }

    @Test("a pack that waits in the queue has no token yet")
    func queued() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Busy Ltd", findings: 20_000)
            try await daemon.withClient { client in
                // One generation runs at a time, so the second waits for the first.
                _ = try await client.generate(Proto.GenerateRequest(tenant: Scene.otherTenant))
                let waiting = try await client.generate(Proto.GenerateRequest(tenant: Scene.tenant))
                let id = try #require(waiting.pack?.id)
                await #expect { try await client.issueDownloadToken(pack: id) } throws: {
                    "\($0)".contains("PACK_NOT_READY")
                }
                #expect(try await client.watch(id).status == .ready)
            }
        }
    }

    @Test(
        "another caller cannot use a token, even one who may view the pack",
        .enabled(if: Account.othersAvailable, "needs root, to call as other users"))
    func foreignCaller() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let id = try #require(try await daemon.generate()["id"].string)
            let one = Account("a viewer", uid: 61_002)
            let other = Account("another viewer", uid: 61_003)
            for account in [one, other] {
                try await daemon.grant("viewer", to: ["--user", "\(account.uid)"], in: ["--tenant", Scene.tenant])
            }
            let token = try await daemon.ctl("token", id, as: one).succeeded().lines[0]
            try await Self.redeem(token, daemon, as: one).succeeded()
            try await Self.redeem(token, daemon, as: other).refused(77, "TOKEN_CALLER")
            try await daemon.revoke("viewer", from: ["--user", "61002"], in: ["--tenant", Scene.tenant])
            try await Self.redeem(token, daemon, as: one).refused(4, "NOT_FOUND")
        }
    }

    /// A signer with the daemon's own keys, for tokens that the daemon would never issue.
    private static func signer(of daemon: Daemon) throws -> TokenSigner {
        let folder = daemon.stateDirectory + "/keys"
        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let text = String(decoding: try contents(of: folder + "/" + file), as: UTF8.self)
        return TokenSigner(keys: try TokenKeys(fileContents: text))
    }
}

import Foundation
import TestTags
import Testing

@Suite("doctor on a real daemon", .tags(.commandLine, .upkeep), .enabled(if: getuid() == 0))
struct DoctorTests {
    private static func results(_ result: CommandResult) throws -> [String: String] {
        let lines = try result.json().array
        return Dictionary(uniqueKeysWithValues: lines.map { ($0["name"].string ?? "", $0["result"].string ?? "") })
    }

    @Test("an administrator sees what the daemon knows; nothing fails on a new state, and damage does")
    func administrator() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.ctl("prune").succeeded()
            let results = try Self.results(try await daemon.ctl("doctor", "-o", "json").succeeded())
            for name in [
                "daemon", "version", "protocol", "schema", "durability", "sqlite", "reserve", "state-directory",
                "token-keys",
                "audit", "prune", "clock",
            ] {
                #expect(results[name] == "ok", "\(name): \(results)")
            }
            #expect(results["scans"] == "ok")
            #expect(chmod(daemon.stateDirectory, 0o755) == 0)
            let damaged = try await daemon.ctl("doctor", "-o", "json")
            #expect(damaged.exit == 1)
            #expect(try Self.results(damaged)["state-directory"] == "fail")
            #expect(damaged.errors.contains("state-directory"))
        }
    }

    @Test("somebody without rights sees the rest, and no secret of the daemon")
    func member() async throws {
        try await withDaemon { daemon in
            let result = try await daemon.ctl("doctor", "-o", "json", as: .stranger)
            let results = try Self.results(result.succeeded())
            for name in ["schema", "durability", "disk", "state-directory", "token-keys", "audit", "clock"] {
                #expect(results[name] == "skip", "\(name): \(results)")
            }
            #expect(results["daemon"] == "ok")
            #expect(!result.text.contains(daemon.stateDirectory + " "))
        }
    }

    @Test("a socket that is closed to the caller, and one that is not there, fail in their own words")
    func unreachable() async throws {
        try await withDaemon { daemon in
            #expect(chmod(daemon.address, 0o600) == 0)
            let closed = try await daemon.ctl("--connect-timeout", "0", "doctor", as: .stranger)
            #expect(
                closed.exit == 1 && closed.text.contains("FAIL") && closed.text.contains("socket_group"), "\(closed)")
        }
        let absent = try await run(
            Programs.client, ["--address", "/nonexistent/s", "--connect-timeout", "0", "doctor"])
        #expect(absent.exit == 1 && absent.text.contains("systemctl start reviewpackd"), "\(absent)")
        #expect(absent.text.contains("settings-file"))
    }
}

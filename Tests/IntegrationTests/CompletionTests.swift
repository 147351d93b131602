import Foundation
import TestTags
import Testing

@Suite(
    "Completions in real shells", .tags(.commandLine),
    .enabled(if: Typist.Shell.allCases.allSatisfy { $0.program != nil }))
struct CompletionTests {
    private static func scripts(in scratch: Scratch) async throws -> String {
        let folder = scratch.file("completions")
        try await run("/bin/bash", ["\(Programs.project)/scripts/completions", Programs.folder, folder]).succeeded()
        return folder
    }

    @Test("the scripts of both programs have no mistake that their shells know of")
    func syntax() async throws {
        let scratch = try Scratch()
        let folder = try await Self.scripts(in: scratch)
        let names = [
            "_reviewpackctl", "_reviewpackd", "reviewpackctl", "reviewpackctl.fish", "reviewpackd", "reviewpackd.fish",
        ]
        #expect(scratch.names(in: "completions") == names)
        for name in names {
            let file = "\(folder)/\(name)"
            let check: (String, [String]) =
                name.hasPrefix("_")
                ? ("zsh", ["-n", file])
                : name.hasSuffix("fish") ? ("fish", ["--no-execute", file]) : ("bash", ["-n", file])
            let result = try await run(try #require(Programs.installed(check.0)), check.1)
            #expect(result.exit == 0 && result.errors.isEmpty, "\(result)")
        }
    }

    @Test("TAB writes the id of the only pack, the GUID of the only tenant, and a workspace's name")
    func live() async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            let id = try #require(try await daemon.generate()["id"].string)
            let folder = try await Self.scripts(in: daemon.scratch)
            for shell in Typist.Shell.allCases {
                let typist = Typist(shell: shell, folder: folder, daemon: daemon)
                for (line, expected) in [
                    ("reviewpackctl show ", id), ("reviewpackctl download -O x ", id),
                    ("reviewpackctl generate ", Scene.tenant), ("reviewpackctl tenant create cont", Scene.workspace),
                    ("reviewpackctl list --status ready,exp", "ready,expired"),
                    ("reviewpackctl import report x --type entra", "entra.admin_roles"),
                    ("reviewpackctl alert-rule create --event review_pack.exp", "review_pack.expiring"),
                ] {
                    let result = try await typist.press(after: line, expecting: expected)
                    #expect(result.exit == 0, "\(shell): \(line) \(result)")
                }
            }
        }
    }

    @Test("a workspace whose name is a command does not run it, and is not offered")
    func hostileNames() async throws {
        try await withDaemon { daemon in
            let trap = daemon.scratch.file("trap")
            for name in [
                "wa$(touch \(trap))", "wb`touch \(trap)`", "wc;touch \(trap)", "we'", "wharmless",
            ] {
                try await daemon.ctl("workspace", "create", name).succeeded()
            }
            let folder = try await Self.scripts(in: daemon.scratch)
            for shell in Typist.Shell.allCases {
                let typist = Typist(shell: shell, folder: folder, daemon: daemon)
                let result = try await typist.press(after: "reviewpackctl workspace delete w", expecting: "wharmless")
                #expect(result.exit == 0, "\(result)")
                #expect(!FileManager.default.fileExists(atPath: trap), "\(shell)")
            }
        }
    }

    @Test("a service that hangs or is not there gives no candidates, no message, and no long wait")
    func silence() async throws {
        let scratch = try Scratch()
        let mute = try MuteSocket(at: scratch.file("mute"))
        for address in [scratch.file("missing"), mute.path] {
            let clock = ContinuousClock.now
            let result = try await run(
                Programs.client,
                ["---completion", "show", "--", "positional@0", "2", "0", "reviewpackctl", "show", ""],
                environment: ["REVIEWPACK_ADDRESS": address, "SAP_SHELL": "bash"])
            #expect(result.exit == 0, "\(result)")
            #expect(result.lines.isEmpty && result.errors.isEmpty, "\(result)")
            // Half a second, and what a loaded machine needs to start a program.
            #expect(clock.duration(to: .now) < .seconds(10))
        }
        withExtendedLifetime(mute) {}
    }
}

/// A socket that takes connections and never answers.
private final class MuteSocket {
    let path: String
    private let descriptor: Int32

    init(at path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 8) == 0)
    }

    deinit { close(descriptor) }
}

import Foundation
import TestTags
import Testing

/// The collectors that are shipped as examples, as a timer would run them.
@Suite(
    .tags(.evidence, .documents),
    .enabled(if: Account.othersAvailable, "needs root, because collectors belong to root"), .timeLimit(.minutes(5)))
struct ExampleCollectorTests {
    private static let timer = Account("the scan timer", uid: 61_004)
    /// Prowler's exit when it found something, unless -z says that this is no error.
    private static let prowler = """
        #!/bin/sh
        [ "$AZURE_TENANT_ID" = "\(Scene.tenant)" ] && [ "$AZURE_CLIENT_SECRET" = s3cret ] || exit 2
        while [ $# -gt 0 ]; do
            case $1 in
            -z) ignore=yes ;;
            --tenant-id) exit 4 ;;
            --output-directory) folder=$2; shift ;;
            --output-filename) name=$2; shift ;;
            esac
            shift
        done
        echo 'a banner that is no finding'
        cp "\(example("findings-run-1.ocsf.json"))" "$folder/$name.ocsf.json"
        [ "$ignore" = yes ] || exit 3

        """

    private func withScene(
        _ body: @escaping @Sendable (Daemon, CollectorFolder) async throws -> Void
    ) async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.grant(
                "collector", to: ["--user", "\(Self.timer.uid)"], in: ["--tenant", Scene.tenant])
            try await body(daemon, try CollectorFolder())
        }
    }

    private static func scan(
        _ daemon: Daemon, _ folder: CollectorFolder, _ environment: [String: String]
    ) async throws -> CommandResult {
        try await daemon.ctl(
            ["scan", "run", "permission_posture", "--all", "--collectors-dir", folder.path]
                + environment.keys.flatMap { ["--pass-env", $0] }, as: timer, environment: environment)
    }

    private static func findings(_ daemon: Daemon) async throws -> [Int?] {
        try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().json()["findings_by_status"]
            .array.map { $0["findings"].int }
    }

    @Test("the one around Prowler imports what Prowler found, and leaves no file behind")
    func prowler() async throws {
        try await withScene { daemon, folder in
            try await folder.install(Programs.project + "/Examples/collectors/prowler")
            let scratch = daemon.scratch
            let program = scratch.file("prowler")
            try await run("/usr/bin/install", ["-m", "755", scratch.write("prowler.sh", Self.prowler), program])
                .succeeded()
            let leftovers = scratch.file("tmp")
            try FileManager.default.createDirectory(atPath: leftovers, withIntermediateDirectories: false)
            chmod(leftovers, 0o777)
            var environment = ["PROWLER": program, "AZURE_CLIENT_SECRET": "s3cret", "TMPDIR": leftovers]
            try await Self.scan(daemon, folder, environment).succeeded()
            let imported = try await Self.findings(daemon)
            #expect(imported.contains { ($0 ?? 0) > 0 })
            #expect(scratch.names(in: "tmp").isEmpty)
            let sources = try await daemon.ctl("tenant", "show", Scene.tenant).succeeded()
            #expect(sources.text.lowercased().contains("prowler"), "\(sources)")

            environment["AZURE_CLIENT_SECRET"] = "wrong"
            let refused = try await Self.scan(daemon, folder, environment)
            #expect(refused.exit == 1 && refused.errors.contains("exit code 2"), "\(refused)")
            #expect(try await Self.findings(daemon) == imported)
            #expect(scratch.names(in: "tmp").isEmpty)
        }
    }

    @Test("the one for a folder takes the newest file by what its name says, and nothing that is old or unfinished")
    func folder() async throws {
        try await withScene { daemon, folder in
            try await folder.install(Programs.project + "/Examples/collectors/from-folder")
            let results = daemon.scratch.file("results")
            let place = results + "/\(Scene.tenant)/permission_posture"
            let environment = ["REVIEWPACK_RESULTS": results]
            func put(_ name: String, _ content: [UInt8], hoursOld: Double) throws {
                let file = place + "/" + name
                try Data(content).write(to: URL(fileURLWithPath: file))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -3600 * hoursOld)], ofItemAtPath: file)
            }
            let absent = try await Self.scan(daemon, folder, environment)
            #expect(absent.exit == 1 && absent.errors.contains("there is no folder"), "\(absent)")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try put("next.json.part", Array("{".utf8), hoursOld: 0)
            #expect(try await Self.scan(daemon, folder, environment).errors.contains("there is no finished file"))
            try put("z-old.ocsf.json", contents(of: example("findings-run-1.ocsf.json")), hoursOld: 80)
            let old = try await Self.scan(daemon, folder, environment)
            #expect(old.exit == 1 && old.errors.contains("older than two days: z-old.ocsf.json"), "\(old)")
            #expect(try await Self.findings(daemon).allSatisfy { $0 == 0 })
            try put("b.ocsf.json", contents(of: example("findings-run-1.ocsf.json")), hoursOld: 20)
            try await Self.scan(daemon, folder, environment).succeeded()
            #expect(try await Self.findings(daemon).contains { ($0 ?? 0) > 0 })
            try put("a.json", contents(of: example("permission-posture.json")), hoursOld: 10)
            try await Self.scan(daemon, folder, environment).succeeded()
            let shown = try await daemon.ctl("tenant", "show", Scene.tenant).succeeded()
            #expect(shown.text.contains("permission_posture: "), "\(shown)")
        }
    }

    @Test("both are shell scripts that dash and bash accept", arguments: ["from-folder", "prowler"])
    func syntax(name: String) async throws {
        for shell in ["dash", "bash"] {
            guard let program = Programs.installed(shell) else { continue }
            try await run(program, ["-n", Programs.project + "/Examples/collectors/" + name]).succeeded()
        }
    }
}

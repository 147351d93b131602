import Foundation
import ReviewPackClient
import Subprocess
import SystemPackage
import Testing

/// A machine of its own: a real systemd on a throw-away copy of this one's root file system (`boot-systemd`).
struct Machine: Sendable {
    /// Its PID 1, as this machine numbers it.
    let pid: pid_t

    /// Why no machine can be booted here; nil when one can.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "needs root" }
        guard FileManager.default.isExecutableFile(atPath: "/lib/systemd/systemd") else { return "needs systemd" }
        guard package != nil else { return "needs a package: run scripts/package and set REVIEWPACK_DEB to its path" }
        let kinds = ["--pid", "--fork", "--mount", "--uts", "--ipc", "--net", "--cgroup"]
        let trial = try? Process.run(URL(fileURLWithPath: "/usr/bin/unshare"), arguments: kinds + ["/bin/true"])
        trial?.waitUntilExit()
        return trial?.terminationStatus == 0 ? nil : "needs namespaces of its own, which this machine does not allow"
    }()

    /// The package under test.
    static let package = ProcessInfo.processInfo.environment["REVIEWPACK_DEB"]

    /// The script that boots one.
    static let boot = Programs.project + "/Tests/IntegrationTests/System/boot-systemd"

    /// The path by which this machine reaches one of its files.
    func file(_ path: String) -> String { "/proc/\(pid)/root\(path)" }

    /// Runs a shell script in it, as root or as one of its users, to the end.
    func shell(_ script: String, as user: String? = nil) async throws -> CommandResult {
        let shell = ["/bin/bash", "-euo", "pipefail", "-c", script]
        let command = user.map { ["/usr/sbin/runuser", "-u", $0, "--"] + shell } ?? shell
        return try await run(
            "/usr/bin/nsenter", ["--target", "\(pid)", "--all", "--root", "--wd"] + command,
            environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"])
    }

    /// The same, when it must end well; what it printed, without the last line's end.
    @discardableResult
    func sh(
        _ script: String, as user: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let result = try await shell(script, as: user).succeeded(sourceLocation: sourceLocation)
        return result.text.trimmingCharacters(in: .newlines)
    }

    /// One property of a unit.
    func property(_ name: String, of unit: String) async throws -> String {
        try await sh("systemctl show --property \(name) --value '\(unit)'")
    }

    /// Installs the package under test, or a copy of it under another version.
    func install(version: String? = nil) async throws {
        let package = try #require(Machine.package)
        try FileManager.default.copyItem(atPath: package, toPath: file("/var/tmp/reviewpack.deb"))
        if let version {
            // The same programs under another number: what dpkg and the maintainer scripts do is what counts.
            try await sh(
                """
                cd /var/tmp && dpkg-deb -R reviewpack.deb unpacked
                sed -i 's/^Version: .*/Version: \(version)/' unpacked/DEBIAN/control
                dpkg-deb -Zgzip -z1 -b unpacked reviewpack.deb >&2 && rm -r unpacked
                """)
        }
        try await sh(
            """
            DEBIAN_FRONTEND=noninteractive dpkg --install /var/tmp/reviewpack.deb >&2
            rm /var/tmp/reviewpack.deb
            """)
    }

    /// The socket of its daemon; root reaches it from here.
    var socket: String { file("/run/reviewpack/reviewpack.sock") }

    func withClient<Result>(_ body: (ReviewPackClient) async throws -> Result) async throws -> Result {
        let client = try await ReviewPackClient.connect(to: ClientAddress(socket), connectTimeout: Daemon.patience)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }
}

/// Boots a machine, and runs `body` when everything that starts at boot has started; it is gone afterwards.
func withMachine(
    installed: Bool = true, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (Machine) async throws -> Void
) async throws {
    await Turnstile.machines.enter()
    let outcome: Result<Void, any Error>
    do { outcome = try await booted(installed: installed, body) } catch { outcome = .failure(error) }
    await Turnstile.machines.leave()
    try outcome.get()
}

private func booted(
    installed: Bool, _ body: @escaping @Sendable (Machine) async throws -> Void
) async throws -> Result<Void, any Error> {
    let scratch = try Scratch()
    let folder = scratch.file("machine")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    guard mkfifo(folder + ".ready", 0o600) == 0 else { throw POSIXError(.EIO) }
    let process = try await Subprocess.run(
        .path(.init(Machine.boot)), arguments: [folder],
        environment: .custom(surroundings([:])), platformOptions: teardown(), input: .none,
        output: .bytes(limit: 1 << 20), error: .combinedWithOutput
    ) { execution -> Result<Void, any Error> in
        let parent = pid_t(execution.processIdentifier.value)
        let outcome: Result<Void, any Error>
        do {
            // Opened for both ways, so that it waits for the line and not for the first who opens and closes it.
            let waiting = "read -r -t 60 line <>'\(folder).ready' && [ \"$line\" = up ]"
            try await run("/bin/bash", ["-c", waiting]).succeeded()
            let children = try String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
            let machine = Machine(pid: try #require(pid_t(children.trimmingCharacters(in: .whitespacesAndNewlines))))
            if installed { try await machine.install() }
            do {
                try await body(machine)
                outcome = .success(())
            } catch {
                let journal = try? await machine.shell("journalctl --no-pager --lines 60")
                Issue.record("the machine's last words:\n\(journal?.text ?? "none")")
                outcome = .failure(error)
            }
        } catch {
            outcome = .failure(error)
        }
        // With it goes its PID 1 (--kill-child), and with that everything in it.
        kill(parent, SIGKILL)
        return outcome
    }
    try await run(Machine.boot, ["--clean", folder]).succeeded()
    if case .failure = process.closureResult {
        Issue.record("booting printed: \(String(decoding: process.standardOutput, as: UTF8.self))")
    }
    return process.closureResult
}

extension Trait where Self == ConditionTrait {
    /// Tests that boot a machine.
    static var needsMachine: Self { .enabled(if: Machine.obstacle == nil, Comment(rawValue: Machine.obstacle ?? "")) }
}

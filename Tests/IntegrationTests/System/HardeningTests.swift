import Foundation
import TestTags
import Testing

/// How little a fault in one of the programs could do.
@Suite(.tags(.upkeep))
struct HardeningTests {
    private static let units = Programs.project + "/systemd"

    @Test(
        "systemd's own measure of exposure is low",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/systemd-analyze"), "needs systemd-analyze"),
        // Tenths. Collectors of a scan need the network.
        arguments: [("reviewpackd.service", 5), ("reviewpack-prune.service", 5), ("reviewpack-scan@.service", 15)])
    func exposure(unit: String, limit: Int) async throws {
        let result = try await run(
            "/usr/bin/systemd-analyze",
            ["security", "--offline=true", "--no-pager", "--threshold=\(limit)", "\(Self.units)/\(unit)"])
        #expect(result.exit == 0, "\(result)")
        #expect(result.text.contains("Overall exposure level"), "\(result)")
    }

    @Test("no unit hides the callers' user ids from the daemon, and each relaxed line says why")
    func text() throws {
        let units = try FileManager.default.contentsOfDirectory(atPath: Self.units).filter { $0.hasSuffix(".service") }
        #expect(units.count == 3)
        for unit in units {
            let lines = try String(contentsOfFile: "\(Self.units)/\(unit)", encoding: .utf8).split(separator: "\n")
            #expect(!lines.contains { $0.hasPrefix("PrivateUsers=") }, "\(unit)")
            let settings = Set(lines.filter { !$0.hasPrefix("#") }.map { String($0.prefix { $0 != "=" }) })
            for wanted in Self.everywhere where !settings.contains(wanted) {
                #expect(lines.contains { $0.hasPrefix("# Relaxed:") && $0.contains(wanted) }, "\(unit): \(wanted)")
            }
        }
    }

    /// What every unit has, or says why it has not.
    private static let everywhere = [
        "NoNewPrivileges", "CapabilityBoundingSet", "RestrictSUIDSGID", "LockPersonality", "RestrictRealtime",
        "RestrictNamespaces", "ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts",
        "ProtectProc", "ProcSubset", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
        "ProtectControlGroups", "ProtectClock", "ProtectHostname", "NoExecPaths", "PrivateNetwork",
        "RestrictAddressFamilies", "IPAddressDeny", "PrivateIPC", "MemoryDenyWriteExecute", "SystemCallArchitectures",
        "SystemCallFilter", "UMask", "LimitCORE", "TasksMax",
    ]

    @Test(
        "the daemon serves, generates and sends packs with all of it in force", .needsMachine, .timeLimit(.minutes(5)))
    func sandbox() async throws {
        try await withMachine { machine in
            try await machine.sh(
                """
                reviewpackctl workspace create contoso
                reviewpackctl tenant create contoso --external-id \(Scene.tenant) --name 'Contoso Ltd'
                reviewpackctl import hardening \(Scene.tenant) - <<'END'
                \(try String(contentsOfFile: example("hardening.json"), encoding: .utf8))
                END
                reviewpackctl generate \(Scene.tenant) --no-pii --wait
                cd /var/tmp
                reviewpackctl download \(Scene.tenant) --latest -O pack.zip
                reviewpackctl verify pack.zip
                reviewpackctl check --read-data
                reviewpackctl backup backup.tar
                reviewpackctl expire "$(reviewpackctl list -o id)" --yes
                """)
            let pid = try await machine.property("MainPID", of: "reviewpackd.service")
            let status = try await machine.sh("cat /proc/\(pid)/status").split(separator: "\n").map(String.init)
            for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"] {
                #expect(status.contains(line), "\(line)")
            }
            // Namespaces of its own, but never one of users.
            for kind in ["net", "mnt", "ipc", "uts"] {
                let spaces = try await machine.sh("readlink /proc/\(pid)/ns/\(kind) /proc/1/ns/\(kind) | uniq | wc -l")
                #expect(spaces == "2", "\(kind)")
            }
            let users = try await machine.sh("readlink /proc/\(pid)/ns/user /proc/1/ns/user | uniq | wc -l")
            #expect(users == "1")
            #expect(try await machine.sh("grep -c : /proc/\(pid)/net/dev") == "1", "only the loopback")
            #expect(try await machine.sh("grep -c ' rwxp ' /proc/\(pid)/maps || true") == "0")
            // What was installed is what its own manager finds nothing to say about.
            #expect(try await machine.sh("systemd-analyze verify /lib/systemd/system/reviewpack* 2>&1") == "")
            try await machine.journalHasNoDenials()
        }
    }
}

extension Machine {
    /// Nothing that the daemon needs is refused by its own sandbox.
    func journalHasNoDenials() async throws {
        let journal = try await sh("journalctl --no-pager --unit reviewpackd.service --priority warning")
        #expect(journal.contains("No entries") || journal.isEmpty, "\(journal)")
    }
}

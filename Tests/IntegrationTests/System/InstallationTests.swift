import Foundation
import ReviewPackClient
import TestTags
import Testing

/// What an operator does with the package, on a machine that has nothing of it yet.
@Suite(.tags(.upkeep), .needsMachine, .timeLimit(.minutes(5)))
struct InstallationTests {
    @Test("a fresh installation listens, its first caller starts the daemon, and users get what their rights give")
    func firstCaller() async throws {
        try await withMachine { machine in
            #expect(try await machine.property("ActiveState", of: "reviewpackd.socket") == "active")
            for unit in ["reviewpackd.socket", "reviewpack-prune.timer"] + Self.scanTimers {
                #expect(try await machine.sh("systemctl is-enabled '\(unit)'") == "enabled")
            }
            for timer in ["reviewpack-prune.timer"] + Self.scanTimers {
                #expect(try await machine.property("ActiveState", of: timer) == "active")
            }
            #expect(try await machine.sh("stat -c '%U:%G %a' /run/reviewpack/reviewpack.sock") == "root:reviewpack 660")
            #expect(try await machine.sh("stat -c '%U:%G %a' /etc/reviewpack/token.keys") == "root:root 600")
            #expect(try await machine.sh("systemctl --failed --plain --no-legend") == "")
            // What is not well on this machine is the clock's synchronisation and the prune of a first day: no failure.
            try await machine.sh("reviewpackctl doctor >&2")

            try await machine.sh("systemctl stop reviewpackd.service")
            #expect(try await machine.property("ActiveState", of: "reviewpackd.service") == "inactive")
            try await machine.sh(
                """
                reviewpackctl workspace create contoso
                reviewpackctl tenant create contoso --external-id \(Scene.tenant) --name 'Contoso Ltd'
                """)
            #expect(try await machine.property("ActiveState", of: "reviewpackd.service") == "active")
            #expect(try await machine.property("StatusText", of: "reviewpackd.service").hasPrefix("Serving on"))
            #expect(try await machine.sh("stat -c '%U:%G %a' /var/lib/reviewpack") == "reviewpack:reviewpack 700")

            try await machine.sh(
                """
                useradd --groups reviewpack alice; useradd --groups reviewpack bob; useradd eve
                reviewpackctl member grant --workspace contoso --user alice --role owner
                """)
            let tenants = "reviewpackctl tenant show \(Scene.tenant) -o json"
            #expect(try await machine.sh(tenants, as: "alice").contains("Contoso Ltd"))
            // A member of the socket's group without any right, and somebody who may not even connect.
            try await machine.shell(tenants, as: "bob").refused(4, "NOT_FOUND")
            let refused = try await machine.shell(tenants, as: "eve")
            #expect(refused.exit == 69, "\(refused)")
            #expect(refused.errors.contains("Permission denied"), "\(refused)")
        }
    }

    static let scanTimers = ["reviewpack-scan@permission_posture.timer", "reviewpack-scan@entra.admin_roles.timer"]

    @Test("an upgrade keeps data, keys, settings and callers, and puts the new program in force")
    func upgrade() async throws {
        try await withMachine { machine in
            try await machine.sh(
                """
                reviewpackctl workspace create contoso
                echo 'retention_days: 30' >>/etc/reviewpack/reviewpackd.yaml
                systemctl disable --now reviewpack-scan@entra.admin_roles.timer
                """)
            let keys = try await machine.sh("sha256sum /etc/reviewpack/token.keys")
            let before = try await machine.property("MainPID", of: "reviewpackd.service")
            let socket = try await machine.property("ActiveEnterTimestampMonotonic", of: "reviewpackd.socket")

            let failures = try await callingWhile(machine) { try await machine.install(version: "99.0.0") }
            #expect(failures == [])

            #expect(try await machine.sh("dpkg-query -W -f '${Version}' reviewpack") == "99.0.0")
            #expect(try await machine.property("MainPID", of: "reviewpackd.service") != before)
            #expect(try await machine.property("ActiveEnterTimestampMonotonic", of: "reviewpackd.socket") == socket)
            #expect(try await machine.sh("reviewpackctl workspace list -o json").contains("contoso"))
            #expect(try await machine.sh("sha256sum /etc/reviewpack/token.keys") == keys)
            #expect(try await machine.sh("tail -n 1 /etc/reviewpack/reviewpackd.yaml") == "retention_days: 30")
            #expect(
                try await machine.shell("systemctl is-enabled reviewpack-scan@entra.admin_roles.timer").text
                    == "disabled\n")
        }
    }

    @Test("a removal keeps the evidence for a later installation, and a purge leaves nothing but locked accounts")
    func removal() async throws {
        try await withMachine { machine in
            try await machine.sh("reviewpackctl workspace create contoso; dpkg --remove reviewpack >&2")
            let running = try await machine.sh("systemctl list-units --plain --no-legend 'reviewpack*'")
            #expect(running == "")
            #expect(!FileManager.default.fileExists(atPath: machine.file("/run/reviewpack/reviewpack.sock")))
            #expect(FileManager.default.fileExists(atPath: machine.file("/var/lib/reviewpack/reviewpack.db")))

            try await machine.install()
            #expect(try await machine.sh("reviewpackctl workspace list -o json").contains("contoso"))

            try await machine.sh("dpkg --purge reviewpack >&2")
            let left = try await machine.sh(
                """
                find /etc /run /usr /var -name '*reviewpack*' | sort
                systemctl list-units --all --plain --no-legend 'reviewpack*'
                """)
            #expect(left == "")
            #expect(try await machine.sh("systemctl --failed --plain --no-legend") == "")
            #expect(try await machine.sh("passwd --status reviewpack | cut -d' ' -f2") == "L")
        }
    }
}

/// Makes calls that are safe to repeat, over new connections and old ones, until `body` has ended; returns what failed.
func callingWhile(_ machine: Machine, _ body: @escaping @Sendable () async throws -> Void) async throws -> [String] {
    try await withThrowingTaskGroup(of: [String].self) { group in
        for caller in 0..<4 {
            group.addTask {
                var failures: [String] = []
                try await machine.withClient { old in
                    while !Task.isCancelled {
                        do {
                            // Half of them keep one connection, half make one for each call.
                            let isNew = caller % 2 == 0
                            let workspaces =
                                try await isNew
                                ? machine.withClient { try await $0.workspaces() } : old.workspaces()
                            if workspaces.isEmpty { failures.append("the workspace is gone") }
                        } catch {
                            failures.append("\(error)")
                        }
                    }
                }
                return failures
            }
        }
        group.addTask {
            try await body()
            return []
        }
        _ = try await group.next()
        group.cancelAll()
        var failures: [String] = []
        for try await more in group { failures += more.filter { !$0.contains("cancelled") } }
        return failures
    }
}

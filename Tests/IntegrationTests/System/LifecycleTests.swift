import Foundation
import TestTags
import Testing

/// The daemon in the hands of a real service manager.
@Suite(.tags(.upkeep), .needsMachine, .timeLimit(.minutes(5)))
struct LifecycleTests {
    @Test("fifty restarts under load fail no call that is safe to repeat")
    func restarts() async throws {
        try await withMachine { machine in
            try await machine.sh("reviewpackctl workspace create contoso")
            let failures = try await callingWhile(machine) {
                for _ in 0..<50 { try await machine.sh("systemctl restart reviewpackd.service") }
            }
            #expect(failures == [])
            #expect(try await machine.property("NRestarts", of: "reviewpackd.service") == "0")
        }
    }

    @Test("a killed daemon comes back with everything that it had acknowledged")
    func killed() async throws {
        try await withMachine { machine in
            try await machine.sh("reviewpackctl workspace create contoso")
            let failures = try await callingWhile(machine) {
                for round in 1...3 {
                    try await machine.sh("reviewpackctl workspace create after-\(round)")
                    try await machine.sh("systemctl kill --signal KILL reviewpackd.service")
                    // Waits in the socket's queue until the next daemon takes it.
                    #expect(try await machine.sh("reviewpackctl workspace list").contains("after-\(round)"))
                }
            }
            #expect(failures == [])
            #expect(try await machine.property("NRestarts", of: "reviewpackd.service") == "3")
            #expect(try await machine.sh("reviewpackctl check").contains("sound"))
        }
    }

    @Test("the watchdog ends a daemon that hangs, and the next one serves who waited")
    func watchdog() async throws {
        try await withMachine { machine in
            try await machine.dropIn(
                "reviewpackd.service", "[Service]", "WatchdogSec=8s", "TimeoutAbortSec=1s")
            try await machine.sh("systemctl restart reviewpackd.service; reviewpackctl workspace create contoso")
            let before = try await machine.property("MainPID", of: "reviewpackd.service")
            // The signal is on its way when kill(1) has ended: all threads have to come by it.
            let stopped = "grep -q '^State:.*stopped' /proc/\(before)/status"
            try await machine.sh("kill -STOP \(before); until \(stopped); do :; done")
            #expect(try await machine.sh("reviewpackctl workspace list").contains("contoso"))
            let after = try await machine.property("MainPID", of: "reviewpackd.service")
            #expect(after != before)
            #expect(
                try await machine.sh("journalctl --no-pager --unit reviewpackd.service").contains("Watchdog timeout"))
        }
    }

    @Test("a reload puts a good configuration in force; a bad one is refused with its mistake, and nothing changes")
    func reload() async throws {
        try await withMachine { machine in
            try await machine.sh("reviewpackctl workspace create contoso")
            let pid = try await machine.property("MainPID", of: "reviewpackd.service")
            let file = "/etc/reviewpack/reviewpackd.yaml"

            try await machine.sh("echo 'log_level: debug' >>\(file); systemctl reload reviewpackd.service")
            try await machine.journal(contains: "configuration reloaded")

            try await machine.sh("echo 'retention_days: soon' >>\(file)")
            let refused = try await machine.shell("systemctl reload reviewpackd.service")
            #expect(refused.exit != 0, "\(refused)")
            try await machine.journal(contains: "retention_days")
            #expect(try await machine.sh("reviewpackctl workspace list").contains("contoso"))
            #expect(try await machine.property("MainPID", of: "reviewpackd.service") == pid)
        }
    }

    @Test("a daemon that cannot start says why, is not tried for ever, and serves again once it is mended")
    func badStart() async throws {
        try await withMachine { machine in
            let file = "/etc/reviewpack/reviewpackd.yaml"
            try await machine.sh("echo 'retention_days: soon' >>\(file)")
            let refused = try await machine.shell("systemctl restart reviewpackd.service")
            #expect(refused.exit != 0, "\(refused)")
            #expect(try await machine.property("ExecMainStatus", of: "reviewpackd.service") == "78")
            try await machine.journal(contains: "retention_days")
            // A caller starts it again, until its socket has seen enough.
            let caller = try await machine.shell("reviewpackctl workspace list")
            // Turned away with the socket, or, on a slow machine, out of patience before.
            #expect(caller.exit == 69 || caller.exit == 75, "\(caller)")
            try await machine.journal(of: "reviewpackd.socket", contains: "Failed with result")

            try await machine.sh(
                """
                sed -i '$d' \(file)
                systemctl reset-failed reviewpackd.service reviewpackd.socket
                systemctl restart reviewpackd.socket
                reviewpackctl workspace create contoso
                """)
        }
    }

    @Test("the journal has each refusal with its priority and fields, and never a token")
    func journal() async throws {
        try await withMachine { machine in
            try await machine.sh(
                """
                reviewpackctl workspace create contoso
                reviewpackctl tenant create contoso --external-id \(Scene.tenant) --name 'Contoso Ltd'
                useradd --groups reviewpack bob
                reviewpackctl member grant --workspace contoso --user bob --role viewer
                reviewpackctl generate \(Scene.tenant) --wait
                """)
            let pack = try await machine.sh("reviewpackctl list -o id")
            let token = try await machine.sh("reviewpackctl token \(pack)")
            try await machine.shell("reviewpackctl expire \(pack) --yes", as: "bob").refused(77, "CAPABILITY_REQUIRED")

            let uid = try await machine.sh("id -u bob")
            let entry = try await machine.sh(
                """
                journalctl --no-pager --output json --unit reviewpackd.service \
                    REVIEWPACK_REASON=CAPABILITY_REQUIRED REVIEWPACK_PEER_UID=\(uid)
                """)
            let event = JSON(try JSONSerialization.jsonObject(with: Data(entry.utf8)))
            #expect(event["REVIEWPACK_METHOD"].string?.hasSuffix("Expire") == true, "\(entry)")
            #expect(event["PRIORITY"].string.flatMap { Int($0) }.map { (4...6).contains($0) } == true, "\(entry)")
            #expect(event["REVIEWPACK_CALL"].isNull == false, "\(entry)")
            let journal = try await machine.sh("journalctl --no-pager --output export --all")
            #expect(token.count > 40 && !journal.contains(token))
        }
    }
}

extension Machine {
    /// Adds lines to a unit, as `systemctl edit` does.
    func dropIn(_ unit: String, _ lines: String...) async throws {
        let folder = "/etc/systemd/system/\(unit).d"
        let text = lines.joined(separator: "\n")
        try await sh("mkdir -p '\(folder)'; cat >'\(folder)/test.conf' <<'END'\n\(text)\nEND\nsystemctl daemon-reload")
    }

    /// Waits until an entry of a unit's journal holds the words.
    func journal(of unit: String = "reviewpackd.service", contains words: String) async throws {
        try await sh(
            """
            set +o pipefail
            timeout 60 journalctl --no-pager --follow --lines all --unit '\(unit)' \
            | grep --fixed-strings --max-count 1 -- '\(words)'
            """)
    }
}

import Foundation
import TestTags
import Testing

/// What the service manager starts by time.
@Suite(.tags(.upkeep), .needsMachine, .timeLimit(.minutes(5)))
struct TimerTests {
    @Test("the prune timer prunes, as a user that may do nothing else")
    func prune() async throws {
        try await withMachine { machine in
            try await machine.sh("systemctl stop reviewpackd.service")
            try await machine.fire("reviewpack-prune.timer")
            try await machine.journal(
                of: "reviewpack-prune.service", contains: "0 packs expired, 0 packs hard-deleted")
            try await machine.journal(of: "reviewpack-prune.service", contains: "Finished")

            let audit = try await machine.sh("reviewpackctl audit list --action system.prune -o json")
            let uid = try await machine.sh("id -u reviewpack-prune")
            #expect(audit.contains(uid), "\(audit)")
            try await machine.shell("runuser --user reviewpack-prune --group reviewpack -- reviewpackctl stats")
                .refused(77, "CAPABILITY_REQUIRED")
        }
    }

    @Test("a scan timer does nothing without a collector, and stores what one prints for the tenants that it was given")
    func scan() async throws {
        try await withMachine { machine in
            let service = "reviewpack-scan@permission_posture.service"
            try await machine.fire("reviewpack-scan@permission_posture.timer")
            try await machine.journal(of: service, contains: "was skipped")

            try await machine.sh(
                """
                reviewpackctl workspace create contoso
                reviewpackctl tenant create contoso --external-id \(Scene.tenant) --name 'Contoso Ltd'
                reviewpackctl member grant --workspace contoso --user reviewpack-scan --role collector
                cat >/etc/reviewpack/collectors.d/permission_posture <<'END'
                #!/bin/sh
                test "$HOME" = /var/cache/reviewpack-scan && touch "$HOME/seen" \
                && ! cat /etc/reviewpack/token.keys || exit 9
                printf '#reviewpack report\\n{"tenant": "%s"}\\n' "$REVIEWPACK_TENANT_ID"
                END
                chmod 0755 /etc/reviewpack/collectors.d/permission_posture
                """)
            try await machine.fire("reviewpack-scan@permission_posture.timer")
            try await machine.journal(of: service, contains: "Finished")
            let runs = try await machine.sh("reviewpackctl operation list \(Scene.tenant) -o json")
            #expect(runs.contains("tenant.permission_posture.scan") && runs.contains("succeeded"), "\(runs)")
        }
    }
}

extension Machine {
    /// Lets a timer elapse at once instead of in the night.
    func fire(_ timer: String) async throws {
        try await dropIn(
            timer, "[Timer]", "OnCalendar=", "OnActiveSec=100ms", "AccuracySec=10ms", "RandomizedDelaySec=0",
            "Persistent=no")
        try await sh("systemctl restart '\(timer)'")
    }
}

import Domain
import ReviewPackAPI
import ReviewPackClient

// What should have happened, what is to happen, and the clocks that both depend on.
extension DoctorChecks {
    static func schedules(_ facts: DoctorFacts) -> [DoctorLine] {
        switch facts.schedules {
        case .given(let all):
            let scans = all.filter { $0.name != "prune" }
            return [prune(all.first { $0.name == "prune" }), staleScans(scans)]
        case .refused(let error):
            return ["prune", "scans"].map { .skip($0, "the daemon did not say: \(error.summary)") }
        case .notAsked: return ["prune", "scans"].map { .skip($0, "needs the daemon") }
        }
    }

    private static func prune(_ schedule: Proto.Schedule?) -> DoctorLine {
        guard let schedule else { return .skip("prune", "needs an administrator or the role pruner") }
        let advice = "run it: reviewpackctl prune; every day: systemctl enable --now reviewpack-prune.timer"
        guard let last = schedule.lastSuccessAt else { return .warn("prune", "there was none yet", advice) }
        if schedule.lastOutcome == "failed" {
            return .fail(
                "prune", "the last one failed: \(schedule.reasonCode ?? "no reason")",
                "journalctl -u reviewpack-prune, then reviewpackctl prune")
        }
        return schedule.stale
            ? .warn("prune", "the last one was at \(last)", advice) : .ok("prune", "the last one was at \(last)")
    }

    private static func staleScans(_ scans: [Proto.Schedule]) -> DoctorLine {
        guard !scans.isEmpty else { return .skip("scans", "you are a member of no tenant") }
        let stale = scans.filter(\.stale)
        guard let first = stale.first else { return .ok("scans", "all \(scans.count) are fresh") }
        return .warn(
            "scans",
            "\(stale.count) of \(scans.count) are overdue, such as \(first.name) of \(first.tenantName ?? "a tenant")",
            "reviewpackctl schedule list, then journalctl -u 'reviewpack-scan@*'")
    }

    static let timerUnits = [
        "reviewpack-prune.timer", "reviewpack-scan@permission_posture.timer", "reviewpack-scan@entra.admin_roles.timer",
    ]

    static func timers(_ facts: DoctorFacts) -> [DoctorLine] {
        switch facts.timers {
        case .noServiceManager:
            return [.skip("timers", "there is no systemd here; something else has to run prune and scans")]
        case .unknown(let why): return [.skip("timers", "systemd did not say: \(why)")]
        case .listed(let units): return units.map(timer)
        }
    }

    private static func timer(_ unit: TimerFacts) -> DoctorLine {
        let name = unit.unit.hasSuffix(".timer") ? String(unit.unit.dropLast(6)) : unit.unit
        let enable = "systemctl enable --now '\(unit.unit)'"
        if unit.loadState == "not-found" {
            return .warn(name, "the timer is not installed", "install the package, or let something else do its work")
        }
        switch unit.activeState {
        case "active":
            let next = unit.next.isEmpty ? "no next run" : "next \(unit.next)"
            let text = "\(next), last \(unit.last.isEmpty ? "never" : unit.last)"
            if unit.next.isEmpty { return .warn(name, text, "look at it: systemctl status '\(unit.unit)'") }
            return unit.unitFileState == "enabled"
                ? .ok(name, text) : .warn(name, text + "; not started at boot", "systemctl enable '\(unit.unit)'")
        case "failed": return .fail(name, "the timer failed", "systemctl status '\(unit.unit)'")
        default: return .warn(name, "the timer is \(unit.activeState)", enable)
        }
    }

    /// How far the two clocks may be apart, milliseconds: a call takes time.
    private static let clockTolerance: Int64 = 5000

    static func clocks(_ facts: DoctorFacts) -> [DoctorLine] {
        [clock(facts), synchronization(facts)]
    }

    private static func clock(_ facts: DoctorFacts) -> DoctorLine {
        guard let found = facts.diagnostics.value, let daemon = found.at else {
            return .skip("clock", facts.caller.value == nil ? "needs the daemon" : "needs an administrator")
        }
        let apart = daemon.rawValue - facts.now.rawValue
        guard abs(apart) <= clockTolerance else {
            return .fail(
                "clock", "the daemon's clock is \(abs(apart) / 1000) s \(apart > 0 ? "ahead of" : "behind") this one",
                "set the system's clock: timedatectl set-ntp true")
        }
        let recorded = [("the last prune", found.lastPruneAt), ("the newest audit event", found.auditHeadAt)]
        for (what, time) in recorded {
            guard let time, time.rawValue > facts.now.rawValue + clockTolerance else { continue }
            return .fail(
                "clock", "\(what) is of \(time), which is in the future",
                "the clock went back: set it right before anything is pruned")
        }
        return .ok("clock", "the daemon's is this one's, nothing recorded is in the future")
    }

    private static func synchronization(_ facts: DoctorFacts) -> DoctorLine {
        switch facts.isClockSynchronized {
        case true?: .ok("clock-sync", "the system's clock is synchronised")
        case false?:
            .warn(
                "clock-sync", "the system's clock is not synchronised",
                "expiry and tokens go by it: timedatectl set-ntp true, or another time service")
        case nil: .skip("clock-sync", "timedatectl is not there or did not say")
        }
    }
}

import Domain
import Glibc
import ReviewPackAPI
import Testing

@testable import CLI

/// One thing that is wrong, the line that says so, and a piece of what it says to do.
struct DoctorFault: Sendable, CustomTestStringConvertible {
    var facts: DoctorFacts
    var name: String
    var result: DoctorLine.Verdict
    var says: String

    init(_ name: String, _ result: DoctorLine.Verdict, _ says: String, _ facts: DoctorFacts) {
        (self.name, self.result, self.says, self.facts) = (name, result, says, facts)
    }

    var testDescription: String { "\(name): \(says)" }
}

extension DoctorFault {
    static let ofTheDaemon: [DoctorFault] = [
        DoctorFault("schema", .fail, "restart", .with { $0.schemaVersion = "0002-later" }),
        DoctorFault("durability", .fail, "synchronous = 1, not 2", .with { $0.databaseSettings[0].value = "1" }),
        DoctorFault("durability", .fail, "names no settings", .with { $0.databaseSettings = [] }),
        DoctorFault("disk", .fail, "prune", .with { $0.diskFreeBytes = 63 << 20 }),
        DoctorFault("disk", .warn, "prune", .with { $0.diskFreeBytes = 511 << 20 }),
        DoctorFault(
            "disk", .warn, "free",
            .with {
                $0.databaseBytes = 6 << 30
                $0.diskFreeBytes = 11 << 30
            }),
        DoctorFault("inodes", .fail, "remove", .with { $0.freeInodes = 0 }),
        DoctorFault("inodes", .warn, "remove", .with { $0.freeInodes = 999 }),
        DoctorFault("reserve", .warn, "free some", .with { $0.reserveBytes = 0 }),
        DoctorFault("state-directory", .fail, "chown", .with { $0.stateUID = 0 }),
        DoctorFault("state-directory", .fail, "chmod go-rw", .with { $0.stateMode = 0o750 }),
        DoctorFault("token-keys", .fail, "keys rotate", .with { $0.tokenKeys = [] }),
        DoctorFault(
            "token-keys", .warn, "keys rotate",
            .with { $0.tokenKeys[0].createdAt = Fixture.now.advanced(byDays: -365) }),
        DoctorFault(
            "token-keys", .warn, "clock", .with { $0.tokenKeys[0].createdAt = Fixture.now.advanced(byDays: 1) }),
        DoctorFault("audit", .fail, "audit verify", .with { $0.auditHeadMatches = false }),
        DoctorFault("clock", .fail, "6 s ahead of", .with { $0.at = Fixture.now.advanced(byMilliseconds: 6000) }),
        DoctorFault("clock", .fail, "6 s behind", .with { $0.at = Fixture.now.advanced(byMilliseconds: -6000) }),
        DoctorFault("clock", .fail, "the last prune", .with { $0.lastPruneAt = Fixture.now.advanced(byDays: 1) }),
        DoctorFault("clock", .fail, "audit event", .with { $0.auditHeadAt = Fixture.now.advanced(byDays: 1) }),
        DoctorFault("prune", .warn, "reviewpack-prune.timer", .withSchedules { $0[0].stale = true }),
        DoctorFault("prune", .warn, "none yet", .withSchedules { $0[0].lastSuccessAt = nil }),
        DoctorFault("prune", .fail, "journalctl", .withSchedules { $0[0].lastOutcome = "failed" }),
        DoctorFault("prune", .skip, "administrator", .withSchedules { $0.removeFirst() }),
        DoctorFault("scans", .warn, "1 of 1 are overdue", .withSchedules { $0[1].stale = true }),
        DoctorFault("scans", .skip, "no tenant", .withSchedules { $0.removeLast() }),
    ]

    static let ofTheMachine: [DoctorFault] = [
        DoctorFault("version", .warn, "one package", .changed { $0.clientVersion = "9.9" }),
        DoctorFault("timers", .skip, "no systemd", .changed { $0.timers = .noServiceManager }),
        DoctorFault("timers", .skip, "did not say", .changed { $0.timers = .unknown("x") }),
        DoctorFault("reviewpack-prune", .warn, "enable --now", timer { $0.activeState = "inactive" }),
        DoctorFault("reviewpack-prune", .fail, "systemctl status", timer { $0.activeState = "failed" }),
        DoctorFault("reviewpack-prune", .warn, "not installed", timer { $0.loadState = "not-found" }),
        DoctorFault("reviewpack-prune", .warn, "systemctl enable", timer { $0.unitFileState = "disabled" }),
        DoctorFault("reviewpack-prune", .warn, "no next run", timer { $0.next = "" }),
        DoctorFault("clock-sync", .warn, "timedatectl", .changed { $0.isClockSynchronized = false }),
        DoctorFault("clock-sync", .skip, "timedatectl", .changed { $0.isClockSynchronized = nil }),
        DoctorFault(
            "settings-file", .fail, "chmod go-w",
            .changed { $0.settingsFile.state = .there(mode: 0o646, uid: 0, gid: 0) }),
        DoctorFault(
            "settings-file", .fail, "go-w", .changed { $0.settingsFile.state = .there(mode: 0o664, uid: 0, gid: 0) }),
        DoctorFault(
            "settings-file", .warn, "chown", .changed { $0.settingsFile.state = .there(mode: 0o644, uid: 7, gid: 0) }),
        DoctorFault("settings-file", .skip, "denied", .changed { $0.settingsFile.state = .unknown(EACCES) }),
        DoctorFault("key-file", .fail, "--revoke", .changed { $0.keyFile.state = .there(mode: 0o640, uid: 0, gid: 0) }),
        DoctorFault("key-file", .skip, "state directory", .changed { $0.keyFile.state = .absent }),
        DoctorFault(
            "collector-permission_posture", .fail, "why",
            .changed { $0.collectors[.permissionPosture] = .refused("why") }),
        DoctorFault(
            "collector-permission_posture", .skip, "none", .changed { $0.collectors[.permissionPosture] = .missing }),
    ]

    private static func timer(_ change: (inout TimerFacts) -> Void) -> DoctorFacts {
        .changed {
            var timer = TimerFacts.running(DoctorChecks.timerUnits[0])
            change(&timer)
            $0.timers = .listed([timer])
        }
    }
}

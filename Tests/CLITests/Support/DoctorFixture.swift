import Domain
import ReviewPackAPI

@testable import CLI
@testable import ReviewPackClient

extension Machine {
    /// A machine on which everything is as the package leaves it.
    static let fixture = Machine(
        file: { path in
            path.hasSuffix(".sock")
                ? FileFacts(path: path, state: .there(mode: 0o660, uid: 999, gid: 100))
                : FileFacts(path: path, state: .there(mode: path.hasSuffix(".keys") ? 0o600 : 0o644, uid: 0, gid: 0))
        }, timers: { units in .listed(units.map { TimerFacts.running($0) }) }, isClockSynchronized: { true },
        collector: { _ in .usable }, uid: { 1000 })
}

extension TimerFacts {
    static func running(_ unit: String) -> TimerFacts {
        TimerFacts(
            unit: unit, loadState: "loaded", activeState: "active", unitFileState: "enabled",
            next: "Thu 2026-02-26 03:00:00 UTC", last: "Wed 2026-02-25 03:00:00 UTC")
    }
}

extension DoctorFacts {
    static let socketPath = "/run/reviewpack/reviewpack.sock"

    static var knownCaller: Proto.WhoAmIResponse {
        var caller = Proto.WhoAmIResponse()
        caller.serverVersion = ProductVersion.current
        return caller
    }

    static var healthyDiagnostics: Proto.GetDiagnosticsResponse {
        var found = Proto.GetDiagnosticsResponse()
        found.at = Fixture.now
        found.schemaVersion = "0001-initial"
        found.schemaExpected = "0001-initial"
        found.databaseSettings = [
            Proto.DatabaseSetting(name: "synchronous", value: "2", expected: "2"),
            Proto.DatabaseSetting(name: "journal_mode", value: "wal", expected: "wal"),
        ]
        found.sqliteVersion = "3.40.1"
        found.databaseBytes = 1 << 20
        found.diskFreeBytes = 10 << 30
        found.diskBytes = 20 << 30
        found.freeInodes = 5000
        found.inodes = 10_000
        found.reserveBytes = 4 << 20
        found.reserveExpectedBytes = 4 << 20
        found.stateDirectory = "/var/lib/reviewpack"
        found.stateUID = 999
        found.stateMode = 0o700
        found.daemonUID = 999
        found.tokenKeys = [Proto.TokenKeyInfo(id: "00000000000000aa", createdAt: Fixture.now.advanced(byDays: -10))]
        found.auditEvents = 7
        found.auditHeadHash = [UInt8](repeating: 0xAB, count: 32)
        found.auditHeadAt = Fixture.now.advanced(byDays: -1)
        found.auditHeadMatches = true
        found.lastPruneAt = Fixture.now.advanced(byDays: -1)
        return found
    }

    static var healthySchedules: [Proto.Schedule] {
        var prune = Proto.Schedule()
        prune.name = "prune"
        prune.lastSuccessAt = Fixture.now.advanced(byDays: -1)
        prune.lastOutcome = "succeeded"
        var scan = Proto.Schedule()
        scan.name = "permission_posture"
        scan.tenantName = "Contoso Ltd"
        return [prune, scan]
    }

    /// Everything is well.
    static var healthy: DoctorFacts {
        let machine = Machine.fixture
        return DoctorFacts(
            now: Fixture.now, clientVersion: ProductVersion.current, socket: machine.file(socketPath),
            socketGroup: "reviewpack", user: "alice", caller: .given(knownCaller),
            diagnostics: .given(healthyDiagnostics),
            schedules: .given(healthySchedules), timers: .listed(DoctorChecks.timerUnits.map { .running($0) }),
            isClockSynchronized: true, settingsFile: machine.file("/etc/reviewpack/reviewpackd.yaml"),
            keyFile: machine.file("/etc/reviewpack/token.keys"),
            collectors: [.permissionPosture: .usable, .entraAdminRoles: .usable])
    }

    /// The same with something else in the daemon's answer.
    static func with(_ change: (inout Proto.GetDiagnosticsResponse) -> Void) -> DoctorFacts {
        var facts = healthy
        var found = healthyDiagnostics
        change(&found)
        facts.diagnostics = .given(found)
        return facts
    }

    /// The same with the two schedules changed.
    static func withSchedules(_ change: (inout [Proto.Schedule]) -> Void) -> DoctorFacts {
        var facts = healthy
        var schedules = healthySchedules
        change(&schedules)
        facts.schedules = .given(schedules)
        return facts
    }

    static func changed(_ change: (inout DoctorFacts) -> Void) -> DoctorFacts {
        var facts = healthy
        change(&facts)
        return facts
    }

    /// No connection for this reason, and what is at the socket's path.
    static func unreachable(_ number: Int32, _ state: FileFacts.State, group: String?) -> DoctorFacts {
        .changed {
            $0.caller = .refused(.unreachable(address: socketPath, errno: number))
            $0.diagnostics = .notAsked
            $0.schedules = .notAsked
            $0.socket.state = state
            $0.socketGroup = group
        }
    }
}

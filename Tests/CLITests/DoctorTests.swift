import Domain
import ExitCodes
import Glibc
import ReviewPackAPI
import TTRPC
import TestTags
import Testing

@testable import CLI
@testable import ReviewPackClient

@Suite("doctor", .tags(.commandLine, .upkeep))
struct DoctorTests {
    @Test("a healthy installation is ok in every line, with nothing to do")
    func healthy() {
        let lines = DoctorChecks.lines(.healthy)
        #expect(lines.allSatisfy { $0.result == .ok && $0.advice.isEmpty }, "\(lines.filter { $0.result != .ok })")
        #expect(Set(lines.map(\.name)).count == lines.count)
    }

    @Test(
        "each fault is the one line that is not ok, and says what to do",
        arguments: DoctorFault.ofTheDaemon + DoctorFault.ofTheMachine)
    func fault(_ fault: DoctorFault) throws {
        let wrong = DoctorChecks.lines(fault.facts).filter { $0.result != .ok }
        #expect(wrong.map(\.name) == [fault.name], "\(wrong)")
        let line = try #require(wrong.first)
        #expect(line.result == fault.result)
        #expect("\(line.found) \(line.advice)".contains(fault.says), "\(line)")
        #expect(line.result == .skip || !line.advice.isEmpty)
    }

    @Test("whatever numbers a daemon names, they are judged", arguments: [Int64.min, -1, 0, 1, .max])
    func numbers(_ number: Int64) {
        let facts = DoctorFacts.with {
            ($0.databaseBytes, $0.diskFreeBytes, $0.diskBytes) = (number, number, number)
            ($0.inodes, $0.freeInodes, $0.reserveBytes, $0.reserveExpectedBytes) = (number, number, number, number)
        }
        #expect(DoctorChecks.lines(facts).filter { $0.name == "disk" }.count == 1)
    }

    @Test("what is no fault: no reserve wanted, no inodes counted, no settings file")
    func exceptions() {
        for facts in [
            DoctorFacts.with { ($0.reserveBytes, $0.reserveExpectedBytes) = (0, 0) },
            .with { ($0.freeInodes, $0.inodes) = (0, 0) }, .changed { $0.settingsFile.state = .absent },
        ] {
            #expect(DoctorChecks.lines(facts).allSatisfy { $0.result == .ok })
        }
    }

    @Test(
        """
        a service that cannot be reached is a failed line with the way in, and everything else is looked at all the \
        same
        """,
        arguments: [
            (
                DoctorFacts.unreachable(EACCES, .there(mode: 0o660, uid: 999, gid: 100), group: "reviewpack"),
                "usermod -aG reviewpack alice"
            ),
            (
                DoctorFacts.unreachable(EACCES, .there(mode: 0o600, uid: 999, gid: 100), group: "reviewpack"),
                "socket_group"
            ),
            (DoctorFacts.unreachable(EACCES, .there(mode: 0o660, uid: 0, gid: 0), group: "root"), "socket_group"),
            (DoctorFacts.unreachable(EACCES, .unknown(EACCES), group: nil), "directory above"),
            (
                DoctorFacts.unreachable(ECONNREFUSED, .there(mode: 0o660, uid: 999, gid: 100), group: "reviewpack"),
                "nobody listens"
            ),
            (DoctorFacts.unreachable(ENOENT, .absent, group: nil), "systemctl start reviewpackd"),
        ])
    func unreachable(facts: DoctorFacts, says: String) {
        let lines = DoctorChecks.lines(facts)
        #expect(lines.filter { $0.result == .fail }.map(\.name) == ["daemon"])
        #expect(lines[0].advice.contains(says), "\(lines[0])")
        #expect(!lines[0].advice.contains("usermod -aG root"))
        for name in ["reviewpack-prune", "clock-sync", "settings-file", "key-file"] {
            #expect(lines.contains { $0.name == name && $0.result == .ok })
        }
    }

    private func service(
        diagnostics: @escaping @Sendable (Proto.GetDiagnosticsRequest) throws -> Proto.GetDiagnosticsResponse
    ) -> FakeService {
        let service = FakeService()
        service.on(Methods.directoryServiceWhoAmI) { _ in DoctorFacts.knownCaller }
        service.on(Methods.maintenanceServiceGetDiagnostics, diagnostics)
        service.on(Methods.maintenanceServiceListSchedules) { _ in
            Proto.ListSchedulesResponse(schedules: DoctorFacts.healthySchedules)
        }
        return service
    }

    @Test("the command prints a line for each check, and exits 0 when none failed")
    func command() async {
        let service = service { _ in
            var found = DoctorFacts.healthyDiagnostics
            found.reserveBytes = 0
            found.stateDirectory = "/var/lib/\u{1B}[31m"
            return found
        }
        let result = await run("doctor", service: service, terminal: .plainPerson)
        #expect(result.status == .ok)
        expectGolden("doctor", result.transcript)
        let json = await run("doctor", "-o", "json", service: service)
        #expect(json.output.contains(#""name": "reserve""#) && json.output.contains(#""result": "warn""#))
    }

    @Test("a failed check ends with 1 and is named")
    func failed() async {
        let service = service { _ in
            var found = DoctorFacts.healthyDiagnostics
            found.auditHeadMatches = false
            return found
        }
        let result = await run("doctor", service: service)
        #expect(result.status == .failure)
        #expect(result.output.contains("audit  ") && result.errors.contains("checks failed: audit"))
    }

    @Test("who is no administrator gets the daemon's lines skipped, and exits 0")
    func member() async {
        let service = service { _ in throw RPCFailure.of(.capabilityRequired, "no") }
        let result = await run("doctor", service: service)
        #expect(result.status == .ok)
        for name in DoctorChecks.storageNames {
            #expect(
                result.output.split(separator: "\n").contains {
                    $0.hasPrefix("\(name) ") && $0.contains("needs an administrator")
                })
        }
    }

    @Test("a daemon that does not know the call is named as older")
    func older() async {
        let service = service { _ in throw RPCFailure.of(.unknownMethod, "no method") }
        let result = await run("doctor", service: service)
        #expect(result.status == .failure && result.output.contains("it is older"))
    }

    @Test("without a service the exit code is 1, and files and timers are looked at")
    func noService() async {
        let result = await run("doctor", "--address", "/unreachable.sock")
        #expect(result.status == .failure)
        #expect(result.output.contains("daemon") && result.output.contains("FAIL"))
        #expect(result.output.contains("reviewpack-prune") && result.output.contains("settings-file"))
    }

    @Test("what systemctl shows is read unit by unit, each once")
    func timers() {
        let text = """
            NextElapseUSecRealtime=Thu 2026-02-26 03:00:00 UTC
            NextElapseUSecMonotonic=infinity
            LastTriggerUSec=n/a
            Id=reviewpack-prune.timer
            LoadState=loaded
            ActiveState=active
            UnitFileState=enabled

            Id=reviewpack-scan@entra.admin_roles.timer
            LoadState=not-found
            ActiveState=inactive
            UnitFileState=

            Id=reviewpack-prune.timer
            LoadState=loaded

            """
        var prune = TimerFacts.running("reviewpack-prune.timer")
        prune.last = ""
        let scan = TimerFacts(
            unit: "reviewpack-scan@entra.admin_roles.timer", loadState: "not-found", activeState: "inactive",
            unitFileState: "", next: "", last: "")
        #expect(TimerFacts.parse(text) == [prune, scan])
        #expect(TimerFacts.parse("") == [])
        let sinceBoot = TimerFacts.parse("Id=a.timer\nNextElapseUSecRealtime=\nNextElapseUSecMonotonic=1d 2min\n")
        #expect(sinceBoot.map(\.next) == ["1d 2min after boot"])
    }

    @Test("a tool of the system is run with bounds on its time and output")
    func tools() async {
        #expect(await SystemTool.output(of: "echo", ["a b", "c"]) == "a b c\n")
        #expect(await SystemTool.output(of: "yes", []) == nil)
        #expect(await SystemTool.output(of: "sleep", ["600"], within: .milliseconds(50)) == nil)
        #expect(await SystemTool.output(of: "false", []) == nil)
        #expect(await SystemTool.output(of: "no-such-tool", []) == nil)
        #expect(await SystemTool.output(of: "env", []) == "LANG=C.UTF-8\nPATH=\(CollectorEnvironment.path)\n")
    }
}

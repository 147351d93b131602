import Domain
import Foundation
import ReviewPackAPI
import ReviewPackClient
import Subprocess
import SystemPackage
import TestTags
import Testing

/// A collectors' folder that is as it must be: nobody but root can change it or what is above it.
final class CollectorFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/var/lib/rp-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EACCES) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard chmod(path, 0o755) == 0 else { throw POSIXError(.EACCES) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Puts a program there, by another process: what somebody has open for writing cannot be executed.
    func install(_ source: String, as type: String = "permission_posture", mode: String = "755") async throws {
        try await run("/usr/bin/install", ["-m", mode, source, path + "/" + type]).succeeded()
    }

    func install(script: String, as type: String = "permission_posture", in scratch: Scratch) async throws {
        try await install(scratch.write("source-of-\(type)", "#!/bin/sh\n" + script + "\n"), as: type)
    }
}

@Suite(
    .tags(.evidence), .enabled(if: Account.othersAvailable, "needs root, because collectors belong to root"),
    .timeLimit(.minutes(5)))
struct ScanTests {
    private static let collector = Account("the scan timer", uid: 61_004)

    /// Runs `body` with two tenants for which the timer's user may import, and an empty collectors' folder.
    private func withScene(
        _ body: @escaping @Sendable (Daemon, CollectorFolder) async throws -> Void
    ) async throws {
        try await withDaemon { daemon in
            try await daemon.makeTenant()
            try await daemon.makeTenant(Scene.otherTenant, name: "Fabrikam")
            try await daemon.grant(
                "collector", to: ["--user", "\(Self.collector.uid)"], in: ["--workspace", Scene.workspace])
            try await body(daemon, try CollectorFolder())
        }
    }

    private static func scan(
        _ daemon: Daemon, _ folder: CollectorFolder, _ more: String..., type: String = "permission_posture",
        environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let which = more.contains("--all") ? [] : ["--tenant", Scene.tenant]
        return try await daemon.ctl(
            ["scan", "run", type, "--collectors-dir", folder.path, "-o", "json"] + which + more, as: collector,
            environment: environment)
    }

    /// The report of a type as `tenant show` tells it, and what the schedule says of the scan.
    private static func source(_ name: String, _ daemon: Daemon) async throws -> JSON {
        let shown = try await daemon.ctl("tenant", "show", Scene.tenant, "-o", "json").succeeded().json()
        return shown["sources"].array.first { $0["source"].string == name } ?? JSON(nil)
    }

    private static func schedule(_ type: String, _ daemon: Daemon) async throws -> JSON {
        let schedules = try await daemon.ctl("schedule", "list", Scene.tenant, "-o", "json").succeeded().json()
        return schedules.array.first { $0["name"].string == type } ?? JSON(nil)
    }

    @Test(
        "a report that a collector prints is stored, recorded as the scan's run, and fresh in schedule, tenant and pack"
    )
    func report() async throws {
        try await withScene { daemon, folder in
            try await folder.install(
                script: #"printf '{"tenant":"%s"}' "$REVIEWPACK_TENANT_ID""#, in: daemon.scratch)
            let result = try await Self.scan(daemon, folder, "--all").succeeded().json()
            #expect(result.array.map { $0["outcome"].string } == ["succeeded", "succeeded"])
            let mine = try #require(result.array.first { $0["tenant_external_id"].string == Scene.tenant })
            let run = try await daemon.ctl(
                "operation", "show", try #require(mine["operation_run_id"].string), "-o", "json"
            ).succeeded().json()
            #expect(run["type"].string == "tenant.permission_posture.scan" && run["outcome"].string == "succeeded")
            #expect(run["initiator"].string == "uid:61004")
            #expect(run["context"]["import_run"].string == mine["import_run_id"].string)

            let schedule = try await Self.schedule("permission_posture", daemon)
            #expect(schedule["last_success_at"].string == run["started_at"].string)
            #expect(schedule["stale"].bool == false && schedule["last_outcome"].string == "succeeded")
            let source = try await Self.source("permission_posture", daemon)
            #expect(source["stale"].bool == false && source["last_run_at"].string == run["started_at"].string)
            let pack = try await daemon.generate()
            #expect(pack["summary"]["has_permission_posture"].bool == true)
            let fresh = pack["summary"]["sources"].array.first { $0["source"].string == "permission_posture" }
            #expect(fresh?["last_run_at"].string == run["started_at"].string)
        }
    }

    @Test(
        "a scan that fails stores nothing, keeps the report from before, and is recorded with its reason",
        arguments: [
            ("printf '{\"new\":true'; exit 1", "collector_failed"), ("printf '{\"new\":true'; sleep 1000", "timeout"),
            ("printf '{\"new\":true'; exec tr '\\0' ' ' < /dev/zero", "output_too_large"),
            ("echo '#nonsense'; echo '{}'", "output_invalid"),
            ("printf '{\"new\":'", "import_refused"), (":", "import_refused"),
            ("head -c 900000 /dev/zero | tr '\\0' '['", "import_refused"),
            ("printf '\\033[2J\\342\\200\\256owned\\r' >&2; exit 3", "collector_failed"),
        ])
    func failing(script: String, reason: String) async throws {
        try await withScene { daemon, folder in
            try await daemon.ctl(
                "import", "report", Scene.tenant, "--type", "permission_posture", "-",
                input: Array(#"{"old":true}"#.utf8)
            ).succeeded()
            let before = try await Self.source("permission_posture", daemon)
            try await folder.install(script: script, in: daemon.scratch)
            let limits = ["--timeout", reason == "timeout" ? "0.5" : "60", "--max-output", "1000000"]
            let result = try await daemon.ctl(
                [
                    "scan", "run", "permission_posture", "--tenant", Scene.tenant, "--collectors-dir", folder.path,
                    "-o", "json",
                ] + limits, as: Self.collector)
            #expect(result.exit == 1, "\(result)")
            #expect(result.errors.contains("failed: \(Scene.tenant) (\(Scene.tenantName)): "), "\(result)")
            #expect(result.errors.contains("[\(reason)]"), "\(result)")
            #expect(result.errors.unicodeScalars.allSatisfy { $0 == "\n" || !$0.isControlOrFormat }, "\(result)")
            #expect(try result.json()[0]["reason_code"].string == reason)
            let schedule = try await Self.schedule("permission_posture", daemon)
            #expect(schedule["reason_code"].string == reason && schedule["last_success_at"].isNull)
            #expect(
                try await Self.source("permission_posture", daemon)["last_run_id"].string
                    == before["last_run_id"].string)
            let runs = try await daemon.ctl("operation", "list", Scene.tenant, "-o", "json").succeeded().json()
            #expect(runs.array.filter { $0["type"].string == "tenant.report.import" }.count == 1)
        }
    }

    @Test("--all goes on after a tenant that failed, names it, and exits with 1")
    func goesOn() async throws {
        try await withScene { daemon, folder in
            try await folder.install(
                script: #"[ "$REVIEWPACK_TENANT_NAME" != "\#(Scene.tenantName)" ] || exit 9; echo '{}'"#,
                in: daemon.scratch)
            let result = try await Self.scan(daemon, folder, "--all")
            #expect(result.exit == 1)
            #expect(try result.json().array.map { $0["outcome"].string } == ["failed", "succeeded"])
            #expect(result.errors.contains("1 of 2 scans failed"))
        }
    }

    @Test("a collector sees the variables of its tenant and those passed on, and nothing else of the caller")
    func environment() async throws {
        try await withScene { daemon, folder in
            try await folder.install(
                script: "env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort >&2; exit 1", in: daemon.scratch)
            let result = try await Self.scan(
                daemon, folder, "--pass-env", "PASSED", "--pass-env", "UNSET",
                environment: ["PASSED": "yes", "SECRET": "no", "LD_PRELOAD": ""])
            // The last three lines of six or more; the whole is the matter of the process's own tests.
            #expect(
                result.errors.contains(
                    "REVIEWPACK_SCAN_TYPE=permission_posture | REVIEWPACK_TENANT_ID=\(Scene.tenant) "
                        + "| REVIEWPACK_TENANT_NAME=\(Scene.tenantName)"), "\(result)")
            try await folder.install(
                script: "echo \"$PASSED,$SECRET,$HOME,$REVIEWPACK_ADDRESS,$LANG\" >&2; exit 1", in: daemon.scratch)
            let told = try await Self.scan(
                daemon, folder, "--pass-env", "PASSED", environment: ["PASSED": "yes", "SECRET": "no"])
            #expect(told.errors.contains("its last words: yes,,,,C.UTF-8"), "\(told)")
        }
    }

    @Test("a collector that others than root can change, or that is not there, is never run: exit 78, and recorded")
    func untrusted() async throws {
        try await withScene { daemon, folder in
            let program = folder.path + "/permission_posture"
            func check(_ reason: String, _ what: String) async throws {
                let result = try await Self.scan(daemon, folder)
                #expect(result.exit == 78, "\(what): \(result)")
                #expect(result.errors.contains("[\(reason)]"), "\(what): \(result)")
                #expect(!FileManager.default.fileExists(atPath: "/tmp/rp-was-run"), "\(what)")
                #expect(try await Self.schedule("permission_posture", daemon)["reason_code"].string == reason)
            }
            try await check("collector_missing", "no program")
            try await folder.install(script: "touch /tmp/rp-was-run; echo '{}'", in: daemon.scratch)
            chmod(program, 0o775)
            try await check("collector_untrusted", "writable for its group")
            chmod(program, 0o757)
            try await check("collector_untrusted", "writable for all")
            chmod(program, 0o644)
            try await check("collector_missing", "not executable")
            chmod(program, 0o755)
            chown(program, Self.collector.uid, 0)
            try await check("collector_untrusted", "the caller's own")
            chown(program, 0, 0)
            chmod(folder.path, 0o775)
            try await check("collector_untrusted", "a folder that a group can write to")
            chmod(folder.path, 0o755)
            try FileManager.default.moveItem(atPath: program, toPath: folder.path + "/elsewhere")
            try FileManager.default.createSymbolicLink(
                atPath: program, withDestinationPath: folder.path + "/elsewhere")
            try await check("collector_untrusted", "a symbolic link")
            try FileManager.default.removeItem(atPath: program)
            mkfifo(program, 0o755)
            try await check("collector_untrusted", "a pipe")
        }
    }

    @Test(
        "an interrupted scan ends with 130, takes its collector and its children along, and is recorded",
        arguments: [Signal.interrupt, .terminate])
    func interrupted(signal: Signal) async throws {
        try await withScene { daemon, folder in
            let started = daemon.scratch.file("started")
            guard mkfifo(started, 0o666) == 0, chmod(started, 0o666) == 0 else { throw POSIXError(.EACCES) }
            try await folder.install(
                script: "sleep 1000 & echo $! > \(started); printf '{'; sleep 1000", in: daemon.scratch)
            let (program, words) = invocation(
                of: Programs.client,
                ["scan", "run", "permission_posture", "--all", "--collectors-dir", folder.path], as: Self.collector)
            let result = try await Subprocess.run(
                .path(.init(program)), arguments: Arguments(words),
                environment: .custom(surroundings(["REVIEWPACK_ADDRESS": daemon.address])),
                workingDirectory: "/", platformOptions: teardown(), input: .none, output: .bytes(limit: 65_536),
                error: .bytes(limit: 65_536)
            ) { execution in
                // Answered when the collector runs.
                let child = try await run("/bin/cat", [started]).succeeded().lines.first
                try execution.send(signal: signal)
                return child
            }
            #expect(
                result.terminationStatus == .exited(130), "\(String(decoding: result.standardError, as: UTF8.self))")
            let child = try #require(result.closureResult.flatMap { pid_t($0) })
            #expect(kill(child, 0) != 0 || isZombie(child))
            #expect(try await Self.schedule("permission_posture", daemon)["reason_code"].string == "interrupted")
            let runs = try await daemon.ctl("operation", "list", Scene.otherTenant, "-o", "json").succeeded().json()
            #expect(runs.array.isEmpty, "no collector is started after the signal")
        }
    }

    @Test("a failed scan tells the receivers of its rule, with the reason in words and no path")
    func notifies() async throws {
        try await withScene { daemon, folder in
            try await folder.install(script: "echo /secret/path >&2; exit 1", in: daemon.scratch)
            try await daemon.grant("viewer", to: ["--user", "61050"], in: ["--tenant", Scene.tenant])
            _ = try await daemon.withClient { client in
                let receiver = Proto.Principal(kind: .uid(61_050))
                let target = Proto.BindingTarget(kind: .tenant(Scene.tenant))
                _ = try await client.call(
                    Methods.directoryServiceGrantRole,
                    Proto.GrantRoleRequest(principal: receiver, role: .viewer, target: target))
                return try await client.call(
                    Methods.notificationServiceCreateAlertRule,
                    Proto.CreateAlertRuleRequest(event: "scan.failed", target: target, receiver: receiver))
            }
            #expect(try await Self.scan(daemon, folder).exit == 1)
            let answer = try await daemon.probe(
                RawCall(Methods.notificationServiceListNotifications, Proto.ListNotificationsRequest()),
                as: Account("the receiver", uid: 61_050))
            let told = try Proto.ListNotificationsResponse(serialized: answer.response).notifications
            #expect(told.map(\.title) == ["Scan failed: \(Scene.tenantName)"])
            #expect(told.first?.body.contains(ScanFailure.collectorFailed.explanation) == true)
            #expect(told.first?.body.contains("/") == false)
        }
    }
}

/// Dead, and waiting for whoever adopted it.
private func isZombie(_ pid: pid_t) -> Bool {
    (try? contents(of: "/proc/\(pid)/stat")).map { String(decoding: $0, as: UTF8.self).contains(") Z ") } ?? true
}

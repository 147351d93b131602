import Domain
import Glibc
import ReviewPackClient

/// What `doctor` sees of this machine beside the service; tests replace the parts.
struct Machine: Sendable {
    var file: @Sendable (_ path: String) -> FileFacts
    var timers: @Sendable (_ units: [String]) async -> DoctorFacts.Timers
    var isClockSynchronized: @Sendable () async -> Bool?
    var collector: @Sendable (ReportType) -> DoctorFacts.Collector
    var uid: @Sendable () -> UInt32

    static let own = Machine(
        file: FileFacts.init(lookingAt:), timers: ServiceManager.timers,
        isClockSynchronized: ServiceManager.isClockSynchronized,
        collector: { type in
            do throws(ScanFault) {
                _ = try CollectorFile.find(type, in: CollectorFile.standardFolder)
                return .usable
            } catch {
                return error.failure == .collectorMissing ? .missing : .refused(error.message)
            }
        }, uid: { geteuid() })
}

extension FileFacts {
    init(lookingAt path: String) {
        var status = stat()
        self.path = path
        if stat(path, &status) == 0 {
            state = .there(mode: UInt32(status.st_mode & 0o7777), uid: status.st_uid, gid: status.st_gid)
        } else {
            state = errno == ENOENT ? .absent : .unknown(errno)
        }
    }
}

/// Asks systemd, by its own tools.
enum ServiceManager {
    static func timers(_ units: [String]) async -> DoctorFacts.Timers {
        // sd_booted(3): the folder is there when systemd runs the machine.
        guard access("/run/systemd/system", F_OK) == 0 else { return .noServiceManager }
        let properties =
            "Id,LoadState,ActiveState,UnitFileState,NextElapseUSecRealtime,NextElapseUSecMonotonic,LastTriggerUSec"
        // Instances of other names are found where they are loaded.
        let arguments = ["show", "--no-pager", "-p", properties] + units + ["reviewpack-scan@*.timer"]
        guard let text = await SystemTool.output(of: "systemctl", arguments) else {
            return .unknown("systemctl failed, or took longer than \(SystemTool.patience.inSeconds) s")
        }
        return .listed(TimerFacts.parse(text))
    }

    @Sendable static func isClockSynchronized() async -> Bool? {
        let text = await SystemTool.output(of: "timedatectl", ["show", "-p", "NTPSynchronized", "--value"])
        return text == "yes\n" ? true : text == "no\n" ? false : nil
    }
}

/// Runs a program of the system for what it prints.
///
/// Never one that PATH names, for `doctor` is run by root; with nothing of the caller's environment, bounded in time and size.
enum SystemTool {
    static let patience = Duration.seconds(3)
    private static let limit = 64 << 10

    /// Nil when it is not there, failed, took too long or printed too much.
    static func output(of name: String, _ arguments: [String], within patience: Duration = patience) async -> String? {
        guard let path = ["/usr/bin/", "/bin/"].map({ $0 + name }).first(where: { access($0, X_OK) == 0 }),
            let process = try? CollectorProcess(
                path: path, arguments: arguments, environment: ["PATH": CollectorEnvironment.path, "LANG": "C.UTF-8"],
                timeout: patience, grace: .seconds(1)),
            let bytes = try? await CollectorOutput(process, limit: Int64(limit)).all(limit: limit)
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

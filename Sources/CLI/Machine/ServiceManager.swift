import Glibc

/// Asks systemd, by its own tools.
enum ServiceManager {
    static func timers(_ units: [String]) async -> Machine.Timers {
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
/// Never one that PATH names, because root runs `doctor`; with nothing of the caller's environment, bounded in time and
/// size.
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

/// A timer unit as systemd shows it, by the names of its properties.
struct TimerFacts: Equatable, Sendable {
    var unit: String
    var loadState: String
    var activeState: String
    var unitFileState: String
    /// As systemd writes a time, of the calendar or since boot; empty when there is none.
    var next: String
    var last: String

    /// What `systemctl show` prints: `NAME=VALUE` lines, an empty line between units.
    static func parse(_ text: String) -> [TimerFacts] {
        var found: [TimerFacts] = []
        for block in text.split(separator: "\n\n") {
            var values: [Substring: String] = [:]
            for line in block.split(separator: "\n") {
                let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if pair.count == 2 { values[pair[0]] = String(pair[1]) }
            }
            guard let unit = values["Id"], !found.contains(where: { $0.unit == unit }) else { continue }
            // What systemd writes for a time that never is depends on its version and on the kind of time.
            func time(_ name: Substring) -> String {
                values[name].flatMap { ["n/a", "infinity", "0"].contains($0) ? nil : $0 } ?? ""
            }
            let sinceBoot = time("NextElapseUSecMonotonic")
            let calendar = time("NextElapseUSecRealtime")
            found.append(
                TimerFacts(
                    unit: unit, loadState: values["LoadState"] ?? "", activeState: values["ActiveState"] ?? "",
                    unitFileState: values["UnitFileState"] ?? "",
                    next: !calendar.isEmpty ? calendar : sinceBoot.isEmpty ? "" : "\(sinceBoot) after boot",
                    last: time("LastTriggerUSec")))
        }
        return found
    }
}

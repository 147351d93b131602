import Domain
import ReviewPackAPI
import ReviewPackClient

/// Everything that `doctor` judges, as it was found. `DoctorProbe` finds it, `DoctorChecks` judges it.
struct DoctorFacts: Sendable {
    var now: UnixMillis
    var clientVersion: String
    /// The socket's path, and what is there.
    var socket: FileFacts
    /// The name or number of the socket's group; nil when the caller may not look.
    var socketGroup: String?
    /// The caller's own name or number.
    var user: String
    var caller: Answer<Proto.WhoAmIResponse>
    var diagnostics: Answer<Proto.GetDiagnosticsResponse>
    var schedules: Answer<[Proto.Schedule]>
    var timers: Timers
    /// Whether the system's clock is synchronised; nil where nobody knows.
    var isClockSynchronized: Bool?
    var settingsFile: FileFacts
    var keyFile: FileFacts
    var collectors: [ReportType: Collector]

    /// What a call was answered with.
    enum Answer<Value: Sendable>: Sendable {
        case given(Value)
        case refused(ClientError)
        /// There was no service to ask.
        case notAsked

        var value: Value? { if case .given(let value) = self { value } else { nil } }
    }

    enum Timers: Equatable, Sendable {
        /// The machine runs without systemd.
        case noServiceManager
        case unknown(String)
        case listed([TimerFacts])
    }

    enum Collector: Equatable, Sendable {
        case usable
        case missing
        case refused(String)
    }
}

/// A file as far as the caller may look at it.
struct FileFacts: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case absent
        /// An errno value.
        case unknown(Int32)
        case there(mode: UInt32, uid: UInt32, gid: UInt32)
    }

    var path: String
    var state: State
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

import Glibc
import SystemIO

/// What a service tells its manager (sd_notify(3)).
enum NotifyMessage: Equatable {
    case status(String)
    /// Requests are served.
    case ready(status: String)
    /// The configuration is being read; `ready` follows. The clock is CLOCK_MONOTONIC, in microseconds.
    case reloading(monotonicMicroseconds: UInt64)
    case stopping(status: String)
    case watchdog

    /// The datagram: one `NAME=value` a line.
    var text: String {
        switch self {
        case .status(let status): "STATUS=\(ControlCharacters.oneLine(status))"
        case .ready(let status): "READY=1\nSTATUS=\(ControlCharacters.oneLine(status))"
        case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)\nSTATUS=Reloading the configuration"
        case .stopping(let status): "STOPPING=1\nSTATUS=\(ControlCharacters.oneLine(status))"
        case .watchdog: "WATCHDOG=1"
        }
    }

    static func reloadingNow() -> NotifyMessage {
        let time = SystemClock.monotonic()
        return .reloading(
            monotonicMicroseconds: UInt64(time.seconds) * 1_000_000 + UInt64(time.nanoseconds) / 1000)
    }
}

/// The way to the service manager; without one, messages go nowhere.
package struct NotifySocket: Sendable {
    private let socket: DatagramSocket?

    package init(environment: [String: String]) {
        socket = environment["NOTIFY_SOCKET"].flatMap { DatagramSocket(path: $0) }
    }

    /// False when a manager is there and could not be told.
    @discardableResult
    func send(_ message: NotifyMessage) -> Bool {
        // A watchdog's message is of no use later, and the next one comes soon.
        socket?.send(Array(message.text.utf8), waiting: message != .watchdog) ?? true
    }
}

/// How often the manager wants to hear from the watchdog (sd_watchdog_enabled(3)).
enum WatchdogInterval {
    /// Half of WATCHDOG_USEC, as the manual advises; nil when there is no watchdog for this process.
    static func from(_ environment: [String: String], pid: Int32) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text), microseconds > 1 else {
            return nil
        }
        if let owner = environment["WATCHDOG_PID"], owner != String(pid) { return nil }
        return .microseconds(microseconds / 2)
    }
}

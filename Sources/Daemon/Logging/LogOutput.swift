import Domain
import Glibc
package import Logging
import Synchronization
import SystemIO

/// Where log events go, and which are wanted: one for the process.
package final class LogOutput: Sendable {
    private enum Destination: Sendable {
        case standardError
        /// A datagram socket connected to the journal.
        case journal(DatagramSocket)
        /// Standard error, which the service manager reads line by line into the journal: `<PRIORITY>` comes first
        /// (sd-daemon(3)).
        case journalStream
    }

    static let journalSocketPath = "/run/systemd/journal/socket"

    private let destination: Destination
    private let levelInForce = Mutex(Logger.Level.info)
    let callers: CallerLines

    /// Looks whether standard error is the journal's and then speaks to the journal itself.
    init(
        environment: [String: String], journalSocket path: String = LogOutput.journalSocketPath,
        clock: @escaping @Sendable () -> UnixMillis = { UnixMillis(clock: SystemClock.wall()) }
    ) {
        callers = CallerLines(clock: clock)
        guard Self.isJournalStream(environment["JOURNAL_STREAM"], descriptor: STDERR_FILENO) else {
            destination = .standardError
            return
        }
        if let socket = DatagramSocket(path: path) {
            destination = .journal(socket)
        } else {
            destination = .journalStream
        }
    }

    /// The least severe level that is logged; a change counts for every logger at once.
    package var level: Logger.Level {
        get { levelInForce.withLock { $0 } }
        set { levelInForce.withLock { $0 = newValue } }
    }

    package func makeLogger() -> Logger {
        Logger(label: "reviewpackd") { _ in DaemonLogHandler(output: self) }
    }

    /// Writes a line; of those that callers cause the first of a kind in a minute, see `CallerLines`.
    func write(level: Logger.Level, message: String, metadata: [(key: String, value: String)]) {
        let line = CallerLines.Line(level: level, message: message, metadata: metadata)
        for line in callers.note(line) { writeNow(line) }
        callers.scheduleFlush { [weak self] line in self?.writeNow(line) }
    }

    /// Writes the counts of lines that were held back; to be called before the process ends.
    func flush() { for line in callers.flush() { writeNow(line) } }

    private func writeNow(_ line: CallerLines.Line) {
        let (level, message, metadata) = (line.level, line.message, line.metadata)
        switch destination {
        case .journal(let socket):
            if socket.send(JournalMessage.bytes(level: level, message: message, metadata: metadata)) { return }
            writeLine(LogLine.line(level: level, message: message, metadata: metadata), priority: level)
        case .journalStream:
            writeLine(LogLine.line(level: level, message: message, metadata: metadata), priority: level)
        case .standardError: writeLine(LogLine.line(level: level, message: message, metadata: metadata), priority: nil)
        }
    }

    /// Writes what ends the program, as lines for a person.
    package func writeStartupError(_ error: StartupError) {
        for line in error.lines.split(separator: "\n") {
            var isRead = true
            if case .standardError = destination { isRead = false }
            writeLine("\(line)\n", priority: isRead ? .error : nil)
        }
    }

    /// One write(2) a line, so that lines of several threads do not mix.
    private func writeLine(_ line: String, priority: Logger.Level?) {
        StandardError.write((priority.map { "<\(JournalMessage.priority($0))>" } ?? "") + line)
    }

    /// Whether JOURNAL_STREAM, `DEVICE:INODE` in decimal, names what `descriptor` is connected to (systemd.exec(5)).
    static func isJournalStream(_ variable: String?, descriptor: Int32) -> Bool {
        guard let parts = variable?.split(separator: ":", omittingEmptySubsequences: false), parts.count == 2,
            let device = UInt64(parts[0]), let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}

/// The bridge from swift-log to the process's log output.
struct DaemonLogHandler: LogHandler {
    let output: LogOutput
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?

    init(output: LogOutput) { self.output = output }

    /// The level in force for the process, unless this logger was given one of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? output.level }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var details = LogLine.merge([metadata, metadataProvider?.get(), event.metadata])
        if let error = event.error, !details.contains(where: { $0.key == "error" }) {
            details.append(("error", "\(error)"))
        }
        output.write(level: event.level, message: event.message.description, metadata: details)
    }
}

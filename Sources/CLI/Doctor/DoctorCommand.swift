import ArgumentParser
import ExitCodes
import ReviewPackClient

struct DoctorCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        path: "doctor",
        abstract: "Look whether everything is as it should be, and say what to do where it is not.",
        discussion: """
            Looks at the daemon, its database, disk and keys, at timers, clocks and the
            files in /etc/reviewpack. Changes nothing. Exits 1 when a line says FAIL;
            what needs the daemon or an administrator is skipped without them.

            Examples:
              reviewpackctl doctor
              reviewpackctl doctor -o json | jq '.[] | select(.result != "ok")'
            """)

    @OptionGroup var common: CommonOptions

    func run(in session: Session) async throws {
        let lines = DoctorChecks.lines(try await DoctorProbe(session: session).facts())
        try session.print(DoctorView.list(lines))
        let failed = lines.filter { $0.result == .fail }
        guard failed.isEmpty else {
            throw CommandError.failed(
                .failure,
                "\(failed.count) of \(lines.count) checks failed: \(failed.map(\.name).joined(separator: ", "))",
                advice: "each line above says what to do")
        }
    }
}

/// One line of `doctor`: what was looked at, how it is, and what to do.
struct DoctorLine: Equatable, Sendable {
    enum Verdict: String, Sendable {
        case ok, warn, fail
        /// It could not be looked at, and that is no fault.
        case skip
    }

    /// One word or two with a dash: `disk`, `timer-prune`.
    var name: String
    var result: Verdict
    /// What was found. May hold text of the service: escape it for a terminal.
    var found: String
    /// Empty when there is nothing to do.
    var advice = ""

    static func ok(_ name: String, _ found: String) -> DoctorLine {
        DoctorLine(name: name, result: .ok, found: found)
    }

    static func warn(_ name: String, _ found: String, _ advice: String) -> DoctorLine {
        DoctorLine(name: name, result: .warn, found: found, advice: advice)
    }

    static func fail(_ name: String, _ found: String, _ advice: String) -> DoctorLine {
        DoctorLine(name: name, result: .fail, found: found, advice: advice)
    }

    static func skip(_ name: String, _ why: String) -> DoctorLine {
        DoctorLine(name: name, result: .skip, found: why)
    }
}

/// What `doctor` found, a line for each check.
enum DoctorView {
    static func list(_ lines: [DoctorLine]) -> Rendering {
        .list(
            lines.map { line in
                .fields([
                    "name": .string(line.name), "result": .string(line.result.rawValue), "found": .string(line.found),
                    "advice": line.advice.isEmpty ? .null : .string(line.advice),
                ])
            }, ids: lines.map(\.name),
            table: TextTable(columns: [.left("CHECK"), .left("RESULT"), .left("FOUND")], rows: lines.flatMap(rows)))
    }

    /// What to do stands below what was found, or lines would be wider than screens.
    private static func rows(_ line: DoctorLine) -> [[StyledText]] {
        let found = [StyledText(line.name.printable), result(line.result), StyledText(line.found.printable)]
        guard !line.advice.isEmpty else { return [found] }
        return [found, [StyledText(""), StyledText(""), StyledText("-> \(line.advice.printable)")]]
    }

    private static func result(_ result: DoctorLine.Verdict) -> StyledText {
        switch result {
        case .ok: StyledText("ok", .success)
        case .warn: StyledText("warn", .warning)
        case .fail: StyledText("FAIL", .danger)
        case .skip: StyledText("skip", .gray)
        }
    }
}

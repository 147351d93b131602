import ArgumentParser
import ReviewPackClient

struct DoctorCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether everything is as it should be, and say what to do where it is not.",
        usage: "reviewpackctl doctor",
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
            throw ClientError.fault(
                .failure,
                "\(failed.count) of \(lines.count) checks failed: \(failed.map(\.name).joined(separator: ", "))",
                advice: "each line above says what to do")
        }
    }
}

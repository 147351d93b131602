import ArgumentParser
import Daemon
import Domain
import Glibc
import SystemIO

/// What the commands share with the process around them.
enum Program {
    /// The environment at start.
    static let environment = ProcessEnvironment.variables()

    /// Writes lines to standard error; throw the result to end the program.
    static func failure(_ lines: String, _ status: ExitStatus) -> ExitCode {
        StandardError.write(lines)
        return ExitCode(status.rawValue)
    }

    /// A command that only groups others was given alone.
    static func missingSubcommand(of command: (some ParsableCommand).Type) -> ExitCode {
        failure(Reviewpackd.helpMessage(for: command) + "\nreviewpackd: a command is missing\n", .usage)
    }

    static func failure(_ error: StartupError) -> ExitCode { failure(error.lines, error.exit) }
}

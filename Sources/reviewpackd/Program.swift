import ArgumentParser
import Daemon
import Domain
import Glibc

/// What the commands share with the process around them.
enum Program {
    /// The environment at start; a name that is given twice counts with its first value, as in getenv(3).
    static let environment: [String: String] = {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, values[String(pair[0])] == nil { values[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return values
    }()

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

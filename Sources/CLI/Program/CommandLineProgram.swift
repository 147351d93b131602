import ArgumentParser
import Domain
package import ExitCodes
import ReviewPackClient

/// The program `reviewpackctl` from its arguments to its exit status.
package enum CommandLineProgram {
    /// How a run ended.
    package enum End: Equatable, Sendable {
        case exit(ExitStatus)
        /// The reader of standard output has gone; end as SIGPIPE would.
        case readerGone
    }

    /// The first argument with which a completion script asks for candidates.
    private static let completionRequest = "---completion"

    /// Parses the arguments (without the program's name), does the work, and prints results and errors.
    package static func run(_ arguments: [String], in context: CommandContext) async -> End {
        var subject: String?
        do {
            let command = try await parse(arguments, context: context)
            subject = command?.subject
            try await command?.run(in: Session(context: context, options: command?.common ?? CommonOptions()))
            return .exit(.ok)
        } catch CommandError.readerGone {
            return .readerGone
        } catch {
            // A shell asks while a person types: nothing but candidates may reach the terminal.
            if arguments.first == completionRequest { return .exit(.usage) }
            let report = ErrorReport(error, about: subject)
            // Where even this cannot be written, the exit status still tells.
            try? context.errors.write(report.text(colour: context.terminal.coloursError))
            return .exit(report.status)
        }
    }

    /// The command to run; nil when printing help was all there was to do.
    private static func parse(
        _ arguments: [String], context: CommandContext
    ) async throws -> (any ClientCommand)? {
        let parsed: any ParsableCommand
        do {
            parsed = try await LiveCompletion.$context.withValue(context) {
                try await ReviewPackCTL.asyncParseAsRoot(arguments)
            }
            if let command = parsed as? any ClientCommand { return command }
            if !(parsed is any CommandFamily) {
                var builtIn = parsed
                try builtIn.run()
                return nil
            }
        } catch {
            let text = ReviewPackCTL.fullMessage(for: error, columns: context.terminal.width)
            guard ReviewPackCTL.exitCode(for: error) != .success else {
                try context.output.write(text + "\n")
                return nil
            }
            throw ClientError.usage(
                ErrorReport.oneLine(ReviewPackCTL.message(for: error)), advice: ErrorReport.usageAdvice(in: text))
        }
        let help = ReviewPackCTL.helpMessage(for: type(of: parsed), columns: context.terminal.width)
        try context.errors.write(help + "\n")
        throw ClientError.usage("a command is missing", advice: "choose one of the commands above")
    }
}

import ArgumentParser
import Domain
import ExitCodes
import ReviewPackClient

/// A command with work to do. Parsing is ArgumentParser's; the work gets all it needs in its session.
///
/// Asynchronous for ArgumentParser because completions of its arguments call the service.
protocol ClientCommand: AsyncParsableCommand {
    var common: CommonOptions { get }
    /// What the arguments name, for an error that says it was not found: `pack 1a6f8b10`; nil when they name nothing.
    var subject: String? { get }
    func run(in session: Session) async throws
}

extension ClientCommand {
    var subject: String? { nil }
}

/// A command that only groups others.
protocol CommandFamily: ParsableCommand {}

/// One run of one command: its context and its common options.
struct Session: Sendable {
    let context: CommandContext
    let options: CommonOptions

    var terminal: Terminal { context.terminal }
    var format: OutputFormat { options.output }

    /// Connects, does the work, closes.
    func withClient<Result>(
        _ body: (ReviewPackClient) async throws -> Result
    ) async throws -> Result {
        let client = try await context.connect(
            try options.address(in: context.environment), options.connectTimeout.value, options.onBehalfOf)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    /// Puts a result on standard output.
    func print(_ rendering: Rendering) throws {
        try context.output.write(rendering.encoded(as: format, colour: terminal.coloursOutput))
    }

    /// Puts a list on standard output; an empty table tells a person how to get its first row.
    func print(_ rendering: Rendering, whenEmpty hint: [String]) throws {
        if rendering.ids.isEmpty, format == .table, terminal.isOutput {
            for line in hint { try context.errors.write(line + "\n") }
        } else {
            try print(rendering)
        }
    }

    /// A line for the person, beside the data.
    func note(_ line: String) throws { try context.errors.write(line + "\n") }

    /// Does work that shows how far it is; the line is gone when the work ends, and when a signal ends the program.
    func withProgress<Result>(_ body: (ProgressMeter) async throws -> Result) async throws -> Result {
        let meter = ProgressMeter(output: context.errors, terminal: terminal)
        let registration = context.interruption.onInterrupt { meter.clear() }
        defer {
            context.interruption.settle(registration) {}
            meter.clear()
        }
        return try await body(meter)
    }

    /// Has one of `words` typed before something goes that is worth more than a `y`; letter case does not matter.
    ///
    /// - Parameter named: what the words are: `its name`.
    func confirm(_ warning: String, typing words: [String], named: String, yes: Bool) async throws {
        if yes { return }
        try requireTerminal()
        try context.errors.write("\(warning)\nType \(named) to go on: ")
        let answer = await context.input.readLine()?.lowercased()
        guard let answer, words.contains(where: { $0.lowercased() == answer }) else {
            throw CommandError.failed(
                .failure, "not confirmed; nothing was changed", advice: "type \(named), or add --yes")
        }
    }

    private func requireTerminal() throws {
        guard terminal.canAsk else {
            throw ClientError.usage(
                "this needs a confirmation and there is no terminal to ask at", advice: "add --yes to confirm")
        }
    }

    /// Asks before something that cannot be undone; `yes` answers for a script.
    func confirm(_ question: String, yes: Bool) async throws {
        if yes { return }
        try requireTerminal()
        try context.errors.write("\(question) [y/N] ")
        let answer = await context.input.readLine()?.lowercased()
        guard answer == "y" || answer == "yes" else {
            throw CommandError.failed(.failure, "not confirmed; nothing was changed", advice: "answer y, or add --yes")
        }
    }
}

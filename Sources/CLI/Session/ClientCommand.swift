import ArgumentParser

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

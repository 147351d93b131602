import ArgumentParser

/// A command with work to do. Parsing is ArgumentParser's; the work gets all it needs in its session.
protocol ClientCommand: ParsableCommand {
    var common: CommonOptions { get }
    func run(in session: Session) async throws
}

/// A command that only groups others.
protocol CommandFamily: ParsableCommand {}

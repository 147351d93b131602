import Domain
package import ExitCodes
import ReviewPackClient

/// How a command ends that has no result, beside the errors of the client.
package enum CommandError: Error, Equatable, Sendable {
    /// The reader of standard output has gone: the program ends without a word, as others do.
    case readerGone
    case failed(ExitStatus, _ message: String, advice: String)

    /// Standard output or standard error took no more.
    static func output(errno: Int32) -> CommandError {
        .failed(.io, "cannot write the output: \(ClientError.words(errno: errno))", advice: "check where it goes to")
    }
}

/// An error as a person sees it: one line that says what failed, with its stable reason, and one that says what to do
/// next.
struct ErrorReport {
    var status: ExitStatus
    private var summary: String
    private var reason: String?
    private var advice: String

    func text(colour: Bool) -> String {
        let label = StyledText("error:", .danger).rendered(colour: colour)
        let reason = reason.map { " [\($0.printable)]" } ?? ""
        return "\(label) \(summary.printable)\(reason)\n next: \(advice.printable)\n"
    }

    /// A message of several lines as one: an introduction and its list joined by commas.
    static func oneLine(_ message: String) -> String {
        var line = ""
        for part in message.split(separator: "\n") {
            var words = part.drop { $0 == " " }
            if words.hasPrefix("- ") { words = words.dropFirst(2) }
            line += line.isEmpty ? "" : line.hasSuffix(":") ? " " : ", "
            line += words
        }
        return line
    }

    /// The pointer to a command's help in ArgumentParser's full message, `See 'reviewpackctl list --help' ...`.
    static func usageAdvice(in message: String) -> String {
        let line = message.split(separator: "\n").last { $0.contains("See '") }
        guard let command = line?.split(separator: "'").dropFirst().first else { return "see `reviewpackctl --help`" }
        return "see `\(command)`"
    }
}

extension ErrorReport {
    /// - Parameter subject: what the command's arguments name, for an error that says it was not found.
    init(_ error: any Error, about subject: String?) {
        switch error {
        case CommandError.failed(let status, let message, let advice):
            self.init(status: status, summary: message, advice: advice)
        case let error as ClientError: self.init(error.about(subject))
        case is CancellationError: self.init(ClientError.cancelled)
        default: self.init(status: .software, summary: "\(error)", advice: Reason.internalError.advice)
        }
    }

    private init(_ error: ClientError) {
        self.init(status: error.exitStatus, summary: error.summary, reason: error.reasonWord, advice: error.advice)
    }
}

extension ClientError {
    /// The same error, saying what was not found: the service answers alike for what is absent and what is hidden, and
    /// does not repeat what it was asked for.
    fileprivate func about(_ subject: String?) -> ClientError {
        guard let subject, case .remote(var failure) = self, failure.reason == .notFound else { return self }
        failure.message = "\(subject): \(failure.message)"
        return .remote(failure)
    }
}

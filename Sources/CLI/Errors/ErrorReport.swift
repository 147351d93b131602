import ReviewPackClient

/// An error as a person sees it: one line that says what failed, with its stable reason, and one that says what to do next.
enum ErrorReport {
    static func text(_ error: ClientError, colour: Bool) -> String {
        let label = StyledText("error:", parameter: 31).rendered(colour: colour)
        let reason = error.reasonWord.map { " [\($0.printable)]" } ?? ""
        return "\(label) \(error.summary.printable)\(reason)\n next: \(error.advice.printable)\n"
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

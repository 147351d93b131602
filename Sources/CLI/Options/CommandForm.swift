import ArgumentParser

extension CommandConfiguration {
    /// The configuration of a command with work to do.
    ///
    /// - Parameters:
    ///   - path: what is typed after the program's name; its last word is the command's name.
    ///   - arguments: what follows it in the usage, one text for each way to write the command; none = nothing.
    init(path: String, abstract: String, arguments: String..., discussion: String) {
        let program = "reviewpackctl \(path)"
        self.init(
            commandName: path.split(separator: " ").last.map(String.init), abstract: abstract,
            usage: arguments.isEmpty ? program : arguments.map { "\(program) \($0)" }.joined(separator: "\n"),
            discussion: discussion)
    }
}

/// The help of arguments that several commands take.
extension ArgumentHelp {
    static let tenant = ArgumentHelp("The tenant's Entra GUID.", valueName: "tenant")
    static let pack = ArgumentHelp(
        "The pack's id, or at least \(IDReference.minimumDigits) digits of its beginning or end.", valueName: "pack")
    static let inputFile = ArgumentHelp("The file; - reads standard input.", valueName: "file")
    static let limit = ArgumentHelp("At most so many (default: all).", valueName: "n")
    static let yes: ArgumentHelp = "Do not ask."
}

extension ValidationError {
    static func requirePositive(limit: Int?) throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }
}

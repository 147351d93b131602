import ArgumentParser
import Domain
import ReviewPackAPI
import ReviewPackClient

// What the service offers for the word at which somebody pressed TAB.
//
// 1. A person waits: everything together takes at most `deadline`, a missing socket is not waited for, and every
//    failure is an empty answer. Nothing is printed but candidates.
// 2. Scripts that ArgumentParser generates hand the candidates to `compgen -W`, which expands them as a shell would:
//    `$(...)` in a workspace's name would run. So only ids and workspace names are offered, never names of tenants or
//    people, and only those that `isHarmless`; others have to be typed.

/// Candidates that are asked from the service while a command line is typed.
enum LiveCompletion {
    /// The running program's; closures of completions get no context from ArgumentParser.
    @TaskLocal static var context: CommandContext?

    static let deadline = Duration.milliseconds(500)
    /// How many candidates are offered; a longer list helps nobody.
    static let limit = 200

    typealias Search = @Sendable (ReviewPackClient, CompletionLine) async throws -> [String]

    /// The completion of an argument whose values `search` finds.
    static func kind(_ search: @escaping Search) -> CompletionKind {
        .custom { (words: [String], index: Int, _: String) async -> [String] in
            guard let context else { return [] }
            return await answer(CompletionLine(words: words, index: index), context, search)
        }
    }

    static func answer(
        _ line: CompletionLine, _ context: CommandContext, within deadline: Duration = deadline,
        _ search: @escaping Search
    ) async -> [String] {
        // Whichever comes first; the program ends then, and with it the other.
        let (answers, first) = AsyncStream.makeStream(of: [String].self, bufferingPolicy: .bufferingOldest(1))
        let asking = Task { first.yield((try? await found(line, context, search)) ?? []) }
        let waiting = Task {
            try? await Task.sleep(for: deadline)
            first.yield([])
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        for await candidates in answers { return candidates }
        return []
    }

    private static func found(
        _ line: CompletionLine, _ context: CommandContext, _ search: Search
    ) async throws -> [String] {
        let address = line.value(of: "--address")
        let subject = line.value(of: "--on-behalf-of")
        // Another service's or another person's candidates would mislead.
        if address == .unknown || subject == .unknown { return [] }
        let client = try await context.connect(
            try ClientAddress(option: address?.text, environment: context.environment), .zero, subject?.text)
        let candidates = try await search(client, line)
        await client.close()
        return offered(candidates)
    }

    /// What may be offered of the answer: each once, in its order, no more than `limit`.
    static func offered(_ candidates: [String]) -> [String] {
        var seen = Set<ExactText>()
        let harmless = candidates.filter { isHarmless($0) && seen.insert(ExactText($0)).inserted }
        return Array(harmless.prefix(limit))
    }

    /// Whether no shell, and no terminal, reads more into a candidate than its letters.
    ///
    /// Letters, digits, and in between them spaces and `. _ - +`, at most 256 bytes. It begins with a letter or a
    /// digit, so it is never an option.
    static func isHarmless(_ candidate: String) -> Bool {
        let scalars = candidate.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, isLetterOrDigit(first), last != " ",
            candidate.utf8.count <= 256
        else { return false }
        return scalars.allSatisfy { isLetterOrDigit($0) || [" ", ".", "_", "-", "+"].contains($0) }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }
}

/// A command line at which somebody pressed TAB, as the shell handed it over: raw words with their quotes.
struct CompletionLine: Equatable, Sendable {
    var words: [String]
    /// Which of the words is being completed; may be one past the last.
    var index: Int

    /// What stands of the word so far.
    var current: String { words.indices.contains(index) ? Self.unquoted(words[index]) ?? "" : "" }

    func has(_ flag: String) -> Bool { words.contains(flag) }

    /// The value of an option; nil when it is not given.
    ///
    /// bash breaks `--address=path` into three words, zsh and fish do not.
    func value(of option: String) -> OptionValue? {
        for (position, word) in words.enumerated() where position != index {
            if word.hasPrefix(option + "=") { return OptionValue(raw: String(word.dropFirst(option.utf8.count + 1))) }
            guard word == option else { continue }
            let rest = words[(position + 1)...]
            guard let next = rest.first == "=" ? rest.dropFirst().first : rest.first else { return nil }
            return OptionValue(raw: next)
        }
        return nil
    }

    enum OptionValue: Equatable, Sendable {
        case text(String)
        /// Only the shell could say what it stands for: a variable, a command, a home directory.
        case unknown

        var text: String? { if case .text(let text) = self { text } else { nil } }

        init(raw: String) { self = CompletionLine.unquoted(raw).map { .text($0) } ?? .unknown }
    }

    /// A shell's word without its quotes; nil when that takes a shell.
    static func unquoted(_ word: String) -> String? {
        if word.hasPrefix("~") { return nil }
        var out = ""
        var quote: Character?
        var rest = word[...]
        while let character = rest.popFirst() {
            switch (character, quote) {
            case ("'", nil), ("\"", nil): quote = character
            case (_, character?): quote = nil
            case ("\\", nil), ("\\", "\""): if let next = rest.popFirst() { out.append(next) }
            case ("$", nil), ("$", "\""), ("`", nil), ("`", "\""): return nil
            default: out.append(character)
            }
        }
        return out
    }
}

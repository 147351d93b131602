/// A command line at which somebody pressed TAB, as the shell handed it over: raw words, their quotes still around them.
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
    func value(of option: String) -> Value? {
        for (position, word) in words.enumerated() where position != index {
            if word.hasPrefix(option + "=") { return Value(raw: String(word.dropFirst(option.utf8.count + 1))) }
            guard word == option else { continue }
            let rest = words[(position + 1)...]
            guard let next = rest.first == "=" ? rest.dropFirst().first : rest.first else { return nil }
            return Value(raw: next)
        }
        return nil
    }

    enum Value: Equatable, Sendable {
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

import Domain
import ReviewPackAPI

/// A text with the look that it has where colours are used.
struct StyledText: Equatable, Sendable {
    var text: String
    /// The SGR parameter (ECMA-48, 8.3.117); nil = plain.
    var parameter: Int?

    /// `text` as it is; what came from elsewhere is made `printable` first.
    init(_ text: String, parameter: Int? = nil) {
        self.text = text
        self.parameter = parameter
    }

    static func heading(_ text: String) -> StyledText { StyledText(text, parameter: 1) }

    func rendered(colour: Bool) -> String {
        guard colour, let parameter else { return text }
        return "\u{1B}[\(parameter)m\(text)\u{1B}[0m"
    }
}

extension Proto.PackStatus {
    /// The badge of a pack's status: its word in the colour of the one table in the model; `unknown` for any other number.
    var badge: StyledText {
        guard let word, let status = Domain.PackStatus(word: word) else { return StyledText("unknown") }
        return StyledText(word, parameter: status.badge.terminalColour)
    }
}

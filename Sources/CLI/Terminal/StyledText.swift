/// The look of a text on a terminal; the raw value is its SGR parameter (ECMA-48, 8.3.117).
enum Tone: Int, Sendable {
    /// Bold, for titles and what must be noticed.
    case heading = 1
    /// Red.
    case danger = 31
    /// Green.
    case success = 32
    /// Yellow.
    case warning = 33
    /// Blue.
    case info = 34
    /// Bright black.
    case gray = 90
}

/// A text with the look that it has where colours are used.
struct StyledText: Equatable, Sendable {
    var text: String
    /// nil = plain.
    var tone: Tone?

    /// `text` as it is; what came from elsewhere is made `printable` first.
    init(_ text: String, _ tone: Tone? = nil) {
        self.text = text
        self.tone = tone
    }

    func rendered(colour: Bool) -> String {
        guard colour, let tone else { return text }
        return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
    }
}

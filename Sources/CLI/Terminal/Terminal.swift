import Glibc

/// What the three standard streams are, decided once at the start and passed along, so that tests can say otherwise.
package struct Terminal: Equatable, Sendable {
    /// Whether questions can be asked: standard input and standard error are terminals.
    package var canAsk: Bool
    /// Whether a person reads standard output.
    package var isOutput: Bool
    /// Whether a person reads standard error.
    package var isError: Bool
    /// Columns, 20 or more.
    package var width: Int
    /// Whether colours are wanted; applied to a stream only when that one is a terminal.
    package var allowsColour: Bool

    package init(canAsk: Bool, isOutput: Bool, isError: Bool, width: Int, allowsColour: Bool) {
        self.canAsk = canAsk
        self.isOutput = isOutput
        self.isError = isError
        self.width = max(20, width)
        self.allowsColour = allowsColour
    }

    /// No stream is a terminal: a script, a pipe, a timer.
    package static let none = Terminal(canAsk: false, isOutput: false, isError: false, width: 80, allowsColour: false)

    /// The streams of this process. Colours are off for a set `NO_COLOR` (no-color.org) and for `TERM=dumb`.
    package static func ofProcess(environment: [String: String]) -> Terminal {
        let isOutput = isatty(STDOUT_FILENO) == 1
        let isError = isatty(STDERR_FILENO) == 1
        var size = winsize()
        let sized = ioctl(isOutput ? STDOUT_FILENO : STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(
            canAsk: isatty(STDIN_FILENO) == 1 && isError, isOutput: isOutput, isError: isError,
            width: sized ? Int(size.ws_col) : 80,
            allowsColour: environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb")
    }

    package var coloursOutput: Bool { isOutput && allowsColour }
    package var coloursError: Bool { isError && allowsColour }
}

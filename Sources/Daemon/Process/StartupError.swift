import Domain
package import ExitCodes
import Glibc

/// Why the program cannot do what it was started for: for the operator, on standard error.
package struct StartupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed, with the value or path concerned.
    package let what: String
    /// What to do about it.
    package let remedy: String
    package let exit: ExitStatus

    package init(_ what: String, remedy: String, exit: ExitStatus) {
        self.what = what
        self.remedy = remedy
        self.exit = exit
    }

    package var description: String { "\(what); \(remedy)" }

    /// The two lines for standard error. Control characters are escaped, so that there are never more than two.
    package var lines: String {
        "reviewpackd: \(ControlCharacters.oneLine(what))\nreviewpackd: \(ControlCharacters.oneLine(remedy))\n"
    }
}

/// Standard error, past all buffers.
package enum StandardError {
    /// Writes all of `text`, in one write(2) as far as the kernel takes it; what cannot be written is lost.
    package static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
            } else {
                bytes = bytes.dropFirst(count)
            }
        }
    }
}

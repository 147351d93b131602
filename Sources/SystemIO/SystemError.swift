import Glibc

/// A failed system call.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The `errno`.
    package var code: Int32
    package var call: String

    package init(_ code: Int32, _ call: String) {
        self.code = code
        self.call = call
    }

    /// Whether the disk, a quota or a size limit is the cause.
    package var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }

    /// An `errno` in words and as its number, for a sentence that names the call itself.
    package static func text(ofErrno code: Int32) -> String { "\(String(cString: strerror(code))) (errno \(code))" }
}

import Glibc

/// A failed system call.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The `errno`.
    public var code: Int32
    public var call: String

    public init(_ code: Int32, _ call: String) {
        self.code = code
        self.call = call
    }

    /// Whether the disk, a quota or a size limit is the cause.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }

    public var description: String { "\(call): \(String(cString: strerror(code)))" }

    /// An `errno` in words and as its number, for a sentence that names the call itself.
    public static func text(ofErrno code: Int32) -> String { "\(String(cString: strerror(code))) (errno \(code))" }
}

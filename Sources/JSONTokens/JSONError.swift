/// Where something is in a JSON text.
public struct JSONPosition: Equatable, Sendable {
    /// Offset in the UTF-8 text, from 0. A byte order mark does not count; of UTF-16 input it is the offset in its
    /// UTF-8 form.
    public var byteOffset: Int
    /// Line number, from 1. Lines end at U+000A.
    public var line: Int
    /// Offset in the line, in bytes, from 1.
    public var column: Int

    public init(byteOffset: Int, line: Int, column: Int) {
        self.byteOffset = byteOffset
        self.line = line
        self.column = column
    }
}

/// A text that is not JSON as RFC 8259 has it, or that is larger than allowed.
public struct JSONError: Error, Equatable, Sendable {
    /// Stable words; printed and compared, never renamed.
    public enum Reason: String, CaseIterable, Sendable {
        case unexpectedByte = "UNEXPECTED_BYTE"
        case unexpectedEnd = "UNEXPECTED_END"
        case trailingData = "TRAILING_DATA"
        case invalidLiteral = "INVALID_LITERAL"
        case invalidNumber = "INVALID_NUMBER"
        case invalidEscape = "INVALID_ESCAPE"
        case loneSurrogate = "LONE_SURROGATE"
        case nulCharacter = "NUL_CHARACTER"
        case controlCharacter = "CONTROL_CHARACTER"
        case invalidUTF8 = "INVALID_UTF8"
        case invalidUTF16 = "INVALID_UTF16"
        case unsupportedEncoding = "UNSUPPORTED_ENCODING"
        case depthLimit = "DEPTH_LIMIT"
        case stringLimit = "STRING_LIMIT"
        case numberLimit = "NUMBER_LIMIT"
        case sizeLimit = "SIZE_LIMIT"

        /// One clause in plain words.
        public var explanation: String {
            switch self {
            case .unexpectedByte: "this character cannot stand here"
            case .unexpectedEnd: "the text ends too early: it was cut off"
            case .trailingData: "something follows the end of the value"
            case .invalidLiteral: "only true, false and null are words of JSON"
            case .invalidNumber: "this is no JSON number"
            case .invalidEscape: "this is no escape sequence of JSON"
            case .loneSurrogate: "half a surrogate pair stands alone"
            case .nulCharacter: "the character U+0000 is not accepted"
            case .controlCharacter: "control characters must be escaped in strings"
            case .invalidUTF8: "these bytes are not UTF-8"
            case .invalidUTF16: "these bytes are not UTF-16"
            case .unsupportedEncoding: "the text is UTF-32; send UTF-8 or UTF-16"
            case .depthLimit: "arrays and objects are nested too deeply"
            case .stringLimit: "a string is too long"
            case .numberLimit: "a number has too many digits"
            case .sizeLimit: "the text is too large"
            }
        }
    }

    public var reason: Reason
    public var position: JSONPosition

    public init(_ reason: Reason, at position: JSONPosition) {
        self.reason = reason
        self.position = position
    }
}

extension JSONError: CustomStringConvertible {
    /// `line 3, column 17 (byte 210): this is no JSON number`.
    public var description: String {
        "line \(position.line), column \(position.column) (byte \(position.byteOffset)): \(reason.explanation)"
    }
}

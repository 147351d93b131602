/// What a tokeniser accepts at most. Memory in use stays below `stringBytes` plus the largest chunk fed.
public struct JSONLimits: Sendable {
    /// Nested arrays and objects; 1 to 1024.
    public var depth = 64
    /// Bytes between the quotes of one string or key, before escapes are resolved.
    public var stringBytes = 8 << 20
    /// Bytes of one number.
    public var numberBytes = 128
    /// Bytes of the whole text, as UTF-8.
    public var totalBytes = Int.max
    /// Whether `\u0000` is accepted in strings. C strings cut there, so nothing that passes through C accepts it.
    public var acceptsNUL = false
    /// Whether half a surrogate pair, and U+0000 where it is not accepted, become U+FFFD instead of refusing the text;
    /// RFC 8259, section 8.2, lets their escapes be written. `JSONTokenizer.replacements` tells of it.
    public var replacesBadCharacters = false

    public init() {}
}

/// Whether a text is one value, or any number of values one after the other (as in JSON lines).
public enum JSONFraming: Sendable {
    case single
    /// White space between the values is optional, as their ends are clear without it.
    case sequence
}

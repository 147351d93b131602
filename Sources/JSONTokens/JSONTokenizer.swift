/// A push-style tokeniser of JSON (RFC 8259, strictly) that takes its text in chunks split anywhere.
///
/// Feed a chunk, call `next()` until it answers `needsInput`, feed the next one; after the last one call `finish()` and
/// go on until `end`. Invariants:
///
/// 1. Tokens, positions and errors do not depend on where the chunks were split; only errors of `feed` (the text's
///    size, UTF-16) come with their chunk, ahead of the tokens in it.
/// 2. `text` lies in the tokeniser's own buffer and is valid until the next call to `next`, `skip`, `feed` or `finish`.
/// 3. Nothing is allocated for a token; the buffer grows to the longest token, which `JSONLimits` bounds.
/// 4. After an error every further call throws the same error.
///
/// A byte order mark is skipped and UTF-16 is transcoded, see `TextDecoder`.
public struct JSONTokenizer: ~Copyable {
    /// What the grammar allows next.
    enum State: UInt8 {
        /// A value: at the start, after a colon, after a comma in an array.
        case value
        /// After `[`: a value or `]`.
        case firstElement
        /// After `{`: a key or `}`.
        case firstKey
        /// After a comma in an object.
        case key
        case colon
        /// After a value in a container: a comma or its end.
        case separator
        /// After the only value.
        case afterValue
    }

    let limits: JSONLimits
    let framing: JSONFraming
    var decoder: TextDecoder
    var input = InputBuffer()
    /// The next unread byte, as an index into `input`; of an incomplete token its first byte.
    var cursor = 0
    var state: State = .value
    /// The open containers, the innermost last: true for an object.
    var containers: [Bool] = []
    var isFinished = false
    var failure: JSONError?

    /// Of an incomplete string or number: how much of it was looked at, and what was seen in it.
    var scanned = 0
    var hasEscape = false
    var hasNonASCII = false

    var line = 1
    var lineStart = 0
    var tokenOffset = 0
    var textStart = 0
    var textEnd = 0
    /// Of the last key or string: how many of its characters are U+FFFD because of `JSONLimits.replacesBadCharacters`.
    public internal(set) var replacements = 0

    public init(limits: JSONLimits = JSONLimits(), framing: JSONFraming = .single) {
        self.limits = limits
        decoder = TextDecoder(replacesLoneSurrogates: limits.replacesBadCharacters)
        self.framing = framing
        containers.reserveCapacity(min(max(1, limits.depth), 1024))
    }

    /// Takes a copy of the next chunk.
    ///
    /// - Throws: `sizeLimit` when the text grows beyond its limit, and the decoder's errors.
    public mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(JSONError) {
        if let failure { throw failure }
        do throws(JSONError) {
            let decoded = try decoder.decode(chunk)
            try accept(decoded.head)
            try accept(decoded.tail)
        } catch { throw fail(error) }
    }

    /// Says that there is no more input.
    public mutating func finish() throws(JSONError) {
        if let failure { throw failure }
        guard !isFinished else { return }
        do throws(JSONError) { try accept(decoder.finish()) } catch { throw fail(error) }
        isFinished = true
    }

    private mutating func accept(_ text: [UInt8]) throws(JSONError) {
        guard !text.isEmpty else { return }
        try checkSize(adding: text.count)
        text.withUnsafeBytes { input.refill(droppingFirst: cursor, with: $0) }
        cursor = 0
    }

    private mutating func accept(_ text: UnsafeRawBufferPointer) throws(JSONError) {
        guard !text.isEmpty else { return }
        try checkSize(adding: text.count)
        input.refill(droppingFirst: cursor, with: text)
        cursor = 0
    }

    private func checkSize(adding count: Int) throws(JSONError) {
        guard input.startOffset + input.end <= limits.totalBytes - count else { throw error(.sizeLimit, at: input.end) }
    }

    /// The bytes of the last key, string (without quotes, escapes resolved) or number.
    public var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: input.base + textStart, count: textEnd - textStart)
    }

    /// How many halves of surrogate pairs became U+FFFD in what was fed as UTF-16, where it cannot be said of which
    /// string.
    public var replacedLoneSurrogates: Int { decoder.replacedLoneSurrogates }

    /// Where the last token began.
    public var position: JSONPosition {
        JSONPosition(byteOffset: tokenOffset, line: line, column: tokenOffset - lineStart + 1)
    }

    /// How many bytes of the text are behind the last token.
    public var consumedBytes: Int { input.startOffset + cursor }

    /// How many arrays and objects are open after the last token.
    public var depth: Int { containers.count }

    /// Reads on until no more than `target` containers are open; false when that needs more input.
    public mutating func skip(toDepth target: Int) throws(JSONError) -> Bool {
        while containers.count > target {
            if try next() == .needsInput { return false }
        }
        return true
    }

    mutating func fail(_ error: JSONError) -> JSONError {
        failure = error
        return error
    }

    /// An error at an index into `input`.
    func error(_ reason: JSONError.Reason, at index: Int) -> JSONError {
        let offset = input.startOffset + index
        return JSONError(reason, at: JSONPosition(byteOffset: offset, line: line, column: offset - lineStart + 1))
    }
}

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

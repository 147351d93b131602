import JSONTokens

/// What holds for any text; the fuzz target `json` and `JSONCorpusTests` check it.
///
/// The first byte of an input steers: framing, limits and how the text is split. The others are the text.
enum FuzzedProperties {
    /// What was broken by this input, or nil.
    static func violation(in input: UnsafeRawBufferPointer) -> String? {
        guard let control = input.first else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let framing: JSONFraming = control & 0x80 == 0 ? .single : .sequence
        var limits = JSONLimits()
        limits.acceptsNUL = control & 0x40 != 0
        limits.replacesBadCharacters = control & 0x10 != 0
        if control & 0x20 != 0 {
            limits.depth = 5
            limits.stringBytes = 40
            limits.numberBytes = 12
            limits.totalBytes = 400
        }
        let piece = Int(control & 0x0F) + 1
        let whole = JSONReading(of: text, pieces: max(1, text.count), limits, framing)
        let split = JSONReading(of: text, pieces: piece, limits, framing)
        guard whole.agrees(with: split) else {
            return "pieces of \(piece) bytes are read in another way: \(split) instead of \(whole)"
        }
        if let fault = whole.fault(limits) { return fault }
        return whole.error == nil ? whole.notWritten(limits, framing) : nil
    }
}

/// One look at a text: what was read, and how it ended.
private struct JSONReading: Equatable {
    struct Token: Equatable {
        var token: JSONToken
        var text: [UInt8]
        var position: JSONPosition
    }

    var tokens: [Token] = []
    var error: JSONError?
    private var deepest = 0
    /// A token that cannot be: a byte was asked for after the end, or `end` came too early.
    private var isConfused = false

    init(of text: UnsafeRawBufferPointer, pieces: Int, _ limits: JSONLimits, _ framing: JSONFraming) {
        var tokenizer = JSONTokenizer(limits: limits, framing: framing)
        var start = 0
        var finished = false
        do throws(JSONError) {
            while true {
                let token = try tokenizer.next()
                deepest = max(deepest, tokenizer.depth)
                switch token {
                case .end:
                    isConfused = isConfused || !finished || start != text.count
                    return
                case .needsInput:
                    guard start < text.count else {
                        isConfused = isConfused || finished
                        if finished { return }
                        try tokenizer.finish()
                        finished = true
                        continue
                    }
                    let end = min(text.count, start + pieces)
                    try tokenizer.feed(UnsafeRawBufferPointer(rebasing: text[start..<end]))
                    start = end
                case .key, .string, .number:
                    tokens.append(Token(token: token, text: Array(tokenizer.text), position: tokenizer.position))
                default: tokens.append(Token(token: token, text: [], position: tokenizer.position))
                }
            }
        } catch {
            self.error = error
            // The same error for ever, and nothing else.
            do throws(JSONError) { if try tokenizer.next() != .end { isConfused = true } } catch {
                if error != self.error { isConfused = true }
            }
        }
    }

    /// Whether the same came of a text in other pieces. Some errors come when a piece does, ahead of the tokens before
    /// them.
    func agrees(with other: JSONReading) -> Bool {
        guard failedOnFeeding || other.failedOnFeeding else { return self == other }
        return error != nil && other.error != nil
            && (tokens.starts(with: other.tokens) || other.tokens.starts(with: tokens))
    }

    private var failedOnFeeding: Bool {
        switch error?.reason {
        case .sizeLimit, .invalidUTF16, .unsupportedEncoding: true
        default: false
        }
    }

    func fault(_ limits: JSONLimits) -> String? {
        if isConfused { return "the tokeniser does not know where its text ends" }
        if deepest > limits.depth { return "containers are nested more deeply than the limit" }
        for token in tokens {
            if token.token == .number, token.text.count > limits.numberBytes { return "a number is over the limit" }
            if token.text.count > limits.stringBytes { return "a string is over the limit" }
            if token.token == .string || token.token == .key {
                if String(validating: token.text, as: UTF8.self) == nil { return "a string is not UTF-8" }
                if !limits.acceptsNUL, token.text.contains(0) { return "a string holds a NUL" }
            }
        }
        return nil
    }

    /// Written again, in either style, the text must read as the same tokens.
    func notWritten(_ limits: JSONLimits, _ framing: JSONFraming) -> String? {
        for style in [JSONWriter.Style.compact, .indented] {
            var writer = JSONWriter(style: style)
            var depth = 0
            for token in tokens {
                // Values of a sequence stand side by side, so that two numbers would become one.
                if depth == 0, !writer.bytes.isEmpty { writer.newline() }
                token.text.withUnsafeBytes { writer.copy(token.token, text: $0) }
                switch token.token {
                case .beginObject, .beginArray: depth += 1
                case .endObject, .endArray: depth -= 1
                default: break
                }
            }
            var roomy = JSONLimits()
            roomy.acceptsNUL = limits.acceptsNUL
            let again = writer.bytes.withUnsafeBytes { JSONReading(of: $0, pieces: max(1, $0.count), roomy, framing) }
            guard again.error == nil, again.tokens.count == tokens.count,
                zip(again.tokens, tokens).allSatisfy({ $0.token == $1.token && $0.text == $1.text })
            else { return "the text is another one after it was written again (\(style))" }
        }
        return nil
    }
}

import JSONTokens
import TestTags
import Testing

/// A token with its text, for comparing.
struct Seen: Equatable, CustomStringConvertible {
    var token: JSONToken
    var text: String
    var position: JSONPosition
    var description: String { "\(token)(\(text))@\(position.byteOffset)" }
}

/// All tokens of a text fed in chunks of the given size.
func tokens(
    _ bytes: [UInt8], chunk: Int = .max, limits: JSONLimits = JSONLimits(), framing: JSONFraming = .single
) throws(JSONError) -> [Seen] {
    var tokenizer = JSONTokenizer(limits: limits, framing: framing)
    var seen: [Seen] = []
    var start = 0
    var finished = false
    while true {
        let token = try tokenizer.next()
        switch token {
        case .end: return seen
        case .needsInput:
            #expect(!finished, "asked for more input after the end")
            guard start < bytes.count else {
                try tokenizer.finish()
                finished = true
                continue
            }
            let end = start + min(chunk, bytes.count - start)
            let piece = Array(bytes[start..<end])
            let fed = piece.withUnsafeBytes { buffer in
                Result { () throws(JSONError) in try tokenizer.feed(buffer) }
            }
            try fed.get()
            start = end
        case .key, .string, .number:
            seen.append(
                Seen(token: token, text: String(decoding: tokenizer.text, as: UTF8.self), position: tokenizer.position))
        default: seen.append(Seen(token: token, text: "", position: tokenizer.position))
        }
    }
}

func tokens(_ text: String, chunk: Int = .max, framing: JSONFraming = .single) throws(JSONError) -> [Seen] {
    try tokens(Array(text.utf8), chunk: chunk, framing: framing)
}

func failure(_ bytes: [UInt8], chunk: Int = .max, limits: JSONLimits = JSONLimits()) -> JSONError? {
    do throws(JSONError) {
        _ = try tokens(bytes, chunk: chunk, limits: limits)
        return nil
    } catch { return error }
}

@Suite("Tokeniser", .tags(.evidence))
struct TokenizerTests {
    static let sample = """
        {"a": [1, -0.5e+3, true, false, null, "x\\n\\u00e9\\ud83d\\ude00\\/"], "ключ": {"": []},
         "long": "\(String(repeating: "plain text é ", count: 20))", "end": {}}
        """

    @Test("a document is the same tokens, wherever its chunks are split", arguments: 1...40)
    func splits(chunk: Int) throws {
        let whole = try tokens(Self.sample)
        #expect(try tokens(Self.sample, chunk: chunk) == whole)
        #expect(whole.count == 22)
    }

    @Test("escapes are resolved, other bytes come as they are")
    func strings() throws {
        let texts = try tokens(Self.sample).map(\.text)
        #expect(texts.contains("x\né😀/"))
        #expect(texts.contains("ключ"))
        #expect(texts.contains("-0.5e+3"))
    }

    @Test("positions count lines and bytes")
    func positions() throws {
        let seen = try tokens("[\n  1,\r\n  \"é\", 2]")
        #expect(seen.map(\.position.line) == [1, 2, 3, 3, 3])
        #expect(seen.map(\.position.column) == [1, 3, 3, 9, 10])
        #expect(seen.map(\.position.byteOffset) == [0, 4, 10, 16, 17])
    }

    @Test(
        "every value alone is a document",
        arguments: ["0", "-1", "10.25", "1e9", "1E-2", "\"\"", "true", "false", "null", "{}", "[]", " [ ] ", "-0"])
    func scalars(text: String) throws {
        for chunk in [1, 2, 100] { #expect(try tokens(text, chunk: chunk).count >= 1) }
    }

    @Test(
        "what RFC 8259 does not allow is refused with its reason and position, for every split",
        arguments: [
            ("", .unexpectedEnd, 0), ("   ", .unexpectedEnd, 3), ("[1,2", .unexpectedEnd, 4),
            ("{\"a\"", .unexpectedEnd, 4), ("\"abc", .unexpectedEnd, 4), ("\"abc\\", .unexpectedEnd, 5),
            ("tru", .unexpectedEnd, 3), ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7),
            ("{,}", .unexpectedByte, 1), ("[,1]", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
            ("[1 2]", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2), ("]", .unexpectedByte, 0),
            ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1), ("[1] x", .trailingData, 4),
            ("1 2", .trailingData, 2), ("NaN", .invalidLiteral, 0), ("[Infinity]", .invalidLiteral, 1),
            ("[nul]", .invalidLiteral, 1), ("[-Infinity]", .invalidNumber, 1), ("[01]", .invalidNumber, 1),
            ("[1.]", .invalidNumber, 1), ("[.5]", .unexpectedByte, 1), ("[+1]", .unexpectedByte, 1),
            ("[1e]", .invalidNumber, 1), ("[1e+]", .invalidNumber, 1), ("[--1]", .invalidNumber, 1),
            ("[-]", .invalidNumber, 1), ("\"a\tb\"", .controlCharacter, 2), ("\"a\nb\"", .controlCharacter, 2),
            ("\"12345678\u{1}\"", .controlCharacter, 9), ("\"\\x\"", .invalidEscape, 1),
            ("\"ab\\u12g4\"", .invalidEscape, 3), ("\"\\u12\"", .invalidEscape, 1),
            ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\ud800\\u0041\"", .loneSurrogate, 1),
            ("\"x\\udc00\"", .loneSurrogate, 2), ("\"\\ud83d\\ud83d\"", .loneSurrogate, 1),
            ("\"a\\u0000\"", .nulCharacter, 2), ("[1]\u{0B}", .unexpectedByte, 3), ("// c", .unexpectedByte, 0),
        ] as [(String, JSONError.Reason, Int)])
    func refused(text: String, reason: JSONError.Reason, offset: Int) {
        for chunk in [1, 3, 100] {
            let error = failure(Array(text.utf8), chunk: chunk)
            #expect(error?.reason == reason)
            #expect(error?.position.byteOffset == offset)
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused where they begin",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF], [0xC3, 0x28],
        ] as [[UInt8]])
    func invalidUTF8(bad: [UInt8]) {
        let bytes = Array("[\"good é \(String(repeating: "x", count: 9))".utf8)
        let error = failure(bytes + bad + Array("\"]".utf8), chunk: 5)
        #expect(error?.reason == .invalidUTF8)
        #expect(error?.position.byteOffset == bytes.count)
        // Alone in a short string with enough behind it to be looked at as one word.
        let short = failure(Array("[\"a".utf8) + bad + Array("\", \"more text\"]".utf8))
        #expect(short?.reason == .invalidUTF8)
        #expect(short?.position.byteOffset == 3)
    }

    @Test("an error comes again at every further call")
    func sticky() throws {
        var tokenizer = JSONTokenizer()
        try withBytes("[}  ") { try tokenizer.feed($0) }
        #expect(try tokenizer.next() == .beginArray)
        #expect(throws: JSONError.self) { _ = try tokenizer.next() }
        #expect(throws: JSONError.self) { _ = try tokenizer.next() }
        #expect(throws: JSONError.self) { try tokenizer.finish() }
    }

    @Test("a sequence takes values with and without white space between them, and none at all")
    func sequence() throws {
        #expect(try tokens("{}\n{}\r\n[1]{}\n", framing: .sequence).count == 9)
        #expect(try tokens("", framing: .sequence).isEmpty)
        #expect(throws: JSONError.self) { try tokens("{} {", framing: .sequence) }
    }

    @Test("skipping reads to the end of the container, over any number of chunks")
    func skipping() throws {
        var tokenizer = JSONTokenizer()
        try withBytes("[{\"a\": {\"b\": [1, \"]") { try tokenizer.feed($0) }
        #expect(try tokenizer.next() == .beginArray)
        #expect(try tokenizer.next() == .beginObject)
        #expect(try !tokenizer.skip(toDepth: 1))
        try withBytes("}\", 2]}}, 7]") { try tokenizer.feed($0) }
        #expect(try tokenizer.skip(toDepth: 1))
        #expect(try tokenizer.next() == .number)
        #expect(String(decoding: tokenizer.text, as: UTF8.self) == "7")
    }
}

func withBytes(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try Array(text.utf8).withUnsafeBytes(body)
}

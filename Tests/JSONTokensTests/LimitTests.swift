import JSONTokens
import TestTags
import Testing

@Suite("Limits of the tokeniser", .tags(.limits))
struct LimitTests {
    @Test("nesting is refused one level beyond the limit, arrays and objects alike")
    func depth() {
        var limits = JSONLimits()
        limits.depth = 4
        #expect(failure(Array("[[{\"a\":[]}]]".utf8), limits: limits) == nil)
        let error = failure(Array("[[{\"a\":[[]]}]]".utf8), limits: limits)
        #expect(error?.reason == .depthLimit)
        #expect(error?.position.byteOffset == 8)
        #expect(failure(Array(repeating: UInt8(ascii: "["), count: 100_000))?.reason == .depthLimit)
    }

    @Test("a string may be as long as the limit and no longer", arguments: [1, 7, 64, 1000])
    func strings(chunk: Int) {
        var limits = JSONLimits()
        limits.stringBytes = 100
        func text(_ count: Int) -> [UInt8] { Array("[\"\(String(repeating: "s", count: count))\"]".utf8) }
        #expect(failure(text(100), chunk: chunk, limits: limits) == nil)
        let error = failure(text(101), chunk: chunk, limits: limits)
        #expect(error?.reason == .stringLimit)
        #expect(error?.position.byteOffset == 1)
    }

    @Test("a string without an end is refused before it is all there")
    func endlessString() throws {
        var limits = JSONLimits()
        limits.stringBytes = 1000
        var tokenizer = JSONTokenizer(limits: limits)
        try withBytes("\"") { try tokenizer.feed($0) }
        var fed = 0
        var reason: JSONError.Reason?
        while fed < 100_000, reason == nil {
            try withBytes(String(repeating: "x", count: 500)) { try tokenizer.feed($0) }
            fed += 500
            do throws(JSONError) { _ = try tokenizer.next() } catch { reason = error.reason }
        }
        #expect(reason == .stringLimit)
        #expect(fed == 1500)
    }

    @Test(
        "what stands behind the limit of a string does not matter, whether it has come or not", arguments: [1, 8, 100])
    func beyondTheLimit(chunk: Int) {
        var limits = JSONLimits()
        limits.stringBytes = 20
        let fits = String(repeating: "x", count: 20)
        #expect(failure(Array("\"\(fits)\"".utf8), chunk: chunk, limits: limits) == nil)
        for end in ["x\"", "x\u{1}\"", "\u{1}", "\\n\"", "x"] {
            let error = failure(Array("\"\(fits)\(end)".utf8), chunk: chunk, limits: limits)
            #expect(error?.reason == (end == "\u{1}" ? .controlCharacter : .stringLimit), "\(end)")
        }
    }

    @Test("numbers and the whole text have limits")
    func others() {
        var limits = JSONLimits()
        limits.numberBytes = 10
        limits.totalBytes = 30
        #expect(failure(Array("[1234567890]".utf8), limits: limits) == nil)
        #expect(failure(Array("[12345678901]".utf8), limits: limits)?.reason == .numberLimit)
        let long = Array("[1,2,3,4,5,6,7,8,9,10,11,12,13]".utf8)
        #expect(failure(long, chunk: 4, limits: limits)?.reason == .sizeLimit)
        #expect(failure(Array(long.dropLast(4)) + [93], chunk: 4, limits: limits) == nil)
    }

    @Test("U+0000 is accepted only when asked for")
    func nul() {
        var limits = JSONLimits()
        limits.acceptsNUL = true
        #expect(failure(Array("\"\\u0000\"".utf8), limits: limits) == nil)
        #expect(failure([0x22, 0x61, 0x00, 0x22], limits: limits)?.reason == .controlCharacter)
    }
}

@Suite("Characters that are replaced", .tags(.hostileInput))
struct ReplacementTests {
    private static let limits: JSONLimits = {
        var limits = JSONLimits()
        limits.replacesBadCharacters = true
        return limits
    }()

    @Test(
        "half a surrogate pair, and U+0000 unless it is accepted, become U+FFFD and are counted for their string",
        arguments: [
            (#"\ud800"#, "\u{FFFD}", 1), (#"x\udc00y\ud83d"#, "x\u{FFFD}y\u{FFFD}", 2), (#"\u0000"#, "\u{FFFD}", 1),
            (#"\ud83d\ud83d\ude00\n"#, "\u{FFFD}😀\n", 1), (#"\ud83d\ude00"#, "😀", 0), (#"\ufffd"#, "\u{FFFD}", 0),
        ])
    func replaced(text: String, expected: String, count: Int) throws {
        for chunk in 1...9 {
            var tokenizer = JSONTokenizer(limits: Self.limits)
            var found: [(String, Int)] = []
            let bytes = Array("[\"\(text)\",\"plain\"]".utf8)
            var start = 0
            while true {
                let token = try tokenizer.next()
                if token == .end { break }
                if token == .string {
                    found.append((String(decoding: tokenizer.text, as: UTF8.self), tokenizer.replacements))
                }
                guard token == .needsInput else { continue }
                let end = min(bytes.count, start + chunk)
                if start == end { try tokenizer.finish() }
                try bytes[start..<end].withUnsafeBytes { try tokenizer.feed($0) }
                start = end
            }
            #expect(found.map(\.0) == [expected, "plain"])
            #expect(found.map(\.1) == [count, 0])
        }
    }

    @Test("what is no escape of JSON stays refused", arguments: [#"\ud8"#, #"\ud83d\uzzzz"#, #"\x"#])
    func refused(text: String) {
        #expect(failure(Array("\"\(text)\"".utf8), limits: Self.limits)?.reason == .invalidEscape)
    }

    @Test("U+0000 stays when it is accepted")
    func acceptedNUL() {
        var limits = Self.limits
        limits.acceptsNUL = true
        #expect(failure(Array("\"\\u0000\\ud800\"".utf8), limits: limits) == nil)
    }
}

@Suite("Reading integers", .tags(.evidence))
struct NumberTests {
    @Test(
        "whole numbers of 64 bits are read, everything else is nil",
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-9223372036854775808", Int64.min), ("9223372036854775807", Int64.max),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", nil), ("1e3", nil), ("", nil),
            ("-", nil), ("99999999999999999999999", nil),
        ] as [(String, Int64?)])
    func int64(text: String, value: Int64?) {
        #expect(Array(text.utf8).withUnsafeBytes { JSONNumber.int64($0) } == value)
    }
}
